// A thread that has shared nothing is alone. Of this file nothing may be shared, so it starts no thread.

import { AsyncLocalStorage } from "node:async_hooks";
import { DeadlockError, Word } from "@conc/atomics";
import { BoundedSemaphore, Lock, RLock, Semaphore } from "@conc/lock";
import { expect, it } from "vitest";
import { Condition, Event } from "../src/index.ts";

const outside = AsyncLocalStorage.snapshot();

function held<L extends Lock | Semaphore>(lock: L): L {
  lock.acquire();
  return lock;
}

it("where there is no other thread, a blocking wait without end is an error, and nothing has changed", async () => {
  const ofTask = new RLock({ name: "ledger" });
  const guard = await ofTask.guardAsync();
  const condition = new Condition();
  condition.acquire();
  const waits: [name: string, wait: (options?: object) => unknown][] = [
    ["Lock", (options) => outside(() => lock.acquire(options))],
    ["RLock", (options) => outside(() => ofTask.acquire(options))],
    ["Semaphore", (options) => semaphore.acquire(options)],
    ["BoundedSemaphore", (options) => bounded.acquire(options)],
    ["Event", (options) => new Event().wait(options)],
    ["Condition", (options) => condition.wait(options)],
    ["Condition", (options) => condition.waitFor(() => false, options)],
    ["Word", (options) => new Word(0).wait(0, options)],
  ];
  const lock = held(new Lock({ name: "ledger" }));
  const semaphore = held(new Semaphore());
  const bounded = held(new BoundedSemaphore(1));
  for (const [name, wait] of waits) {
    const message = new RegExp(`^this wait for ${name}@[\\da-f]+\\(.*\\) would never end: there is no other thread$`);
    for (const options of [undefined, {}, { timeout: Number.POSITIVE_INFINITY }]) {
      expect(() => wait(options), name).toThrow(DeadlockError);
      expect(() => wait(options), name).toThrow(message);
    }
    expect([false, "timed-out"], name).toContain(wait({ timeout: 1 }));
  }
  expect(() => lock.acquire()).toThrow("(ledger, locked)");
  expect([lock.locked, ofTask.locked, condition.locked, semaphore.value, bounded.value]).toEqual([
    true,
    true,
    true,
    0,
    0,
  ]);
  condition.release();
  guard.release();
  for (const one of [lock, semaphore, bounded]) {
    one.release();
    expect(one.acquire()).toBe(true);
  }
});
