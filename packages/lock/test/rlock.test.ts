import { InvalidStateError } from "@conc/atomics";
import { Monitor } from "@conc/lock";
import { asyncExclusionSuite, Flows, rlockSuite, scopeSuite } from "@conc/testkit";
import { afterAll, describe, expect, it } from "vitest";
import { RLock } from "../src/index.ts";

const flows = new Flows(new URL(import.meta.resolve("@conc/testkit/lock-actions.ts")));

afterAll(() => flows.end());

for (const kinds of ["threads", "tasks", "mixed"] as const) {
  rlockSuite(`RLock of ${kinds}`, { make: () => new RLock(), flows: (count) => flows.take(count, kinds) });
}
asyncExclusionSuite("RLock", () => new RLock());
scopeSuite("RLock", () => new RLock());

describe("RLock", () => {
  it("LK-062 the constructor takes options and nothing else", () => {
    for (const argument of [1, null, "name", { a: 1 }, { name: 1 }, { trace: 1 }]) {
      expect(() => Reflect.construct(RLock, [argument])).toThrow(TypeError);
    }
  });

  it("LK-063 for its conditions it is not held unless the caller owns it, and a free one can not be freed", async () => {
    const lock = new RLock();
    const monitor = new Monitor(lock);
    expect(monitor.isHeld).toBe(false);
    expect(() => monitor.releaseAll()).toThrow(InvalidStateError);
    const [other] = await flows.take(1, "threads");
    await other?.call(lock, "acquire");
    expect(monitor.isHeld).toBe(false);
    await other?.call(lock, "release");
    lock.acquire();
    expect(monitor.isHeld).toBe(true);
    lock.release();
  });

  it("LK-064 freed entirely at depth 3, taken by another one and had again, it is as deep as before", async () => {
    const lock = new RLock();
    const monitor = new Monitor(lock);
    const [other] = await flows.take(1, "threads");
    for (let depth = 0; depth < 3; depth++) lock.acquire();
    const holding = monitor.releaseAll();
    expect(lock.locked).toBe(false);
    expect(lock.depth).toBe(0);
    expect(await other?.call(lock, "acquire")).toBe(true);
    expect(await other?.call(lock, "depth")).toBe(1);
    await other?.call(lock, "release");
    lock.acquire();
    monitor.restore(holding);
    expect(lock.depth).toBe(3);
    for (let depth = 0; depth < 3; depth++) lock.release();
    expect(lock.locked).toBe(false);
  });

  it("LK-065 of two nested scopes the inner one keeps it, the outer one frees it", () => {
    const lock = new RLock();
    {
      using _outer = lock.guard();
      {
        using _inner = lock.guard();
        expect(lock.depth).toBe(2);
      }
      expect(lock.owned).toBe(true);
      expect(lock.runExclusive(() => lock.runExclusive(() => lock.depth))).toBe(3);
    }
    expect(lock.locked).toBe(false);
  });
});
