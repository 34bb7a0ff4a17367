import { inspect } from "node:util";
import { Arena, toHandle } from "@conc/atomics";
import { asyncExclusionSuite, Flows, plainLockSuite, scopeSuite } from "@conc/testkit";
import { afterAll, describe, expect, it, vi } from "vitest";
import { Lock } from "../src/index.ts";

const flows = new Flows(new URL(import.meta.resolve("@conc/testkit/lock-actions.ts")));

afterAll(() => flows.end());

for (const kinds of ["threads", "tasks", "mixed"] as const) {
  plainLockSuite(`Lock of ${kinds}`, { make: () => new Lock(), flows: (count) => flows.take(count, kinds) });
}
asyncExclusionSuite("Lock", () => new Lock());
scopeSuite("Lock", () => new Lock());

describe("Lock", () => {
  it("LK-008 a thread that acquires twice waits until another one releases", async () => {
    const lock = new Lock();
    const [helper] = await flows.take(1, "threads");
    lock.acquire();
    const released = helper?.run("releaseWhenAwaited", lock, 1);
    expect(lock.acquire()).toBe(true);
    await released;
    expect(lock.locked).toBe(true);
    lock.release();
  });

  it("LK-034 the constructor takes options and nothing else", () => {
    for (const argument of [1, null, "name", { a: 1 }, { name: 1 }, { trace: 1 }]) {
      expect(() => Reflect.construct(Lock, [argument])).toThrow(TypeError);
    }
    expect(new (Lock as new (nothing: undefined) => Lock)(undefined).locked).toBe(false);
  });

  it("LK-040 its text says whether it is locked, and which one it is", () => {
    const [lock, other] = [new Lock(), new Lock()];
    expect(String(lock)).toMatch(/^Lock@[\da-f]+\(unlocked\)$/);
    expect(String(other)).not.toBe(String(lock));
    lock.acquire();
    expect(String(lock)).toMatch(/^Lock@[\da-f]+\(locked\)$/);
    expect(inspect({ lock })).toBe(`{ lock: ${lock} }`);
    lock.release();
  });

  it("a try that sees the last waiter leave meanwhile is true only if it has taken the lock", () => {
    const lock = new Lock();
    const { words } = Arena.default.heap;
    const word = toHandle(lock).offset / 4 + 2;
    const WAITERS = 1 << 30;
    words[word] = WAITERS;
    const { compareExchange } = Atomics;
    const spy = vi.spyOn(Atomics, "compareExchange").mockImplementation((...args: unknown[]) => {
      const seen = Reflect.apply(compareExchange, Atomics, args);
      if (args[1] === word && seen === WAITERS) words[word] = 0;
      return seen;
    });
    const taken = lock.tryAcquire();
    spy.mockRestore();
    expect(taken).toBe(true);
    expect(lock.locked).toBe(true);
    lock.release();
    expect(lock.locked).toBe(false);
  });
});
