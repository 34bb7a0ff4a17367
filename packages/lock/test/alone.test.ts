// What only one thread knows is nobody else's to release. Of this file nothing may be shared, so it starts no thread.

import { AsyncLocalStorage } from "node:async_hooks";
import { DeadlockError } from "@conc/atomics";
import { expect, it } from "vitest";
import { BoundedSemaphore, Lock, RLock, Semaphore } from "../src/index.ts";

const outside = AsyncLocalStorage.snapshot();

function held<L extends Lock | Semaphore>(lock: L): L {
  lock.acquire();
  return lock;
}

it("a blocking wait without end for what no other thread knows is an error, and nothing has changed", async () => {
  const ofTask = new RLock({ name: "ledger" });
  const guard = await ofTask.guardAsync();
  const waits: [name: string, wait: (options?: object) => unknown][] = [
    ["Lock", (options) => outside(() => lock.acquire(options))],
    ["RLock", (options) => outside(() => ofTask.acquire(options))],
    ["Semaphore", (options) => semaphore.acquire(options)],
    ["BoundedSemaphore", (options) => bounded.acquire(options)],
  ];
  const lock = held(new Lock({ name: "ledger" }));
  const semaphore = held(new Semaphore());
  const bounded = held(new BoundedSemaphore(1));
  for (const [name, wait] of waits) {
    const message = new RegExp(`^this wait for ${name}@[\\da-f]+\\(.*\\) would never end: no other thread knows it$`);
    for (const options of [undefined, {}, { timeout: Number.POSITIVE_INFINITY }]) {
      expect(() => wait(options), name).toThrow(DeadlockError);
      expect(() => wait(options), name).toThrow(message);
    }
    expect(wait({ timeout: 1 }), name).toBe(false);
  }
  expect(() => lock.acquire()).toThrow("(ledger, locked)");
  expect([lock.locked, ofTask.locked, semaphore.value, bounded.value]).toEqual([true, true, 0, 0]);
  guard.release();
  for (const one of [lock, semaphore, bounded]) {
    one.release();
    expect(one.acquire()).toBe(true);
  }
});
