// Who would wait for himself gets an error, one of them, and never anybody else.

import { AtomicInt32, DeadlockError } from "@conc/atomics";
import { Condition } from "@conc/condition";
import { Lock, RLock } from "@conc/lock";
import { describe, expect, it } from "vitest";
import type { Program } from "../../src/index.ts";
import { holds } from "./holds.ts";

interface Locks {
  readonly a: Lock;
  readonly b: Lock;
  readonly c: Lock;
}

for (const [kind, make] of Object.entries({ Lock: () => new Lock(), RLock: () => new RLock() })) {
  const share = (): Locks => ({ a: make(), b: make(), c: make() });
  /** Whether it found itself in a circle. */
  const nest =
    (outer: keyof Locks, inner: keyof Locks, timeout?: number): Program<Locks> =>
    (locks) => {
      using _ = locks[outer].guard();
      try {
        if (locks[inner].acquire({ timeout })) locks[inner].release();
        return false;
      } catch (error) {
        if (!(error instanceof DeadlockError)) throw error;
        return true;
      }
    };
  const found = (results: Readonly<Record<string, unknown>>): number => Object.values(results).filter(Boolean).length;
  const once = ({ a, b, c }: Locks, results: Readonly<Record<string, unknown>>): void => {
    expect(found(results)).toBeLessThan(2);
    expect(a.locked || b.locked || c.locked).toBe(false);
  };
  const never = (_locks: Locks, results: Readonly<Record<string, unknown>>): void => expect(found(results)).toBe(0);

  describe(`a circle of ${kind}s`, () => {
    const [ab, bc, ca, ba] = [nest("a", "b"), nest("b", "c"), nest("c", "a"), nest("b", "a")];
    holds(`${kind}: a circle of two`, { share, agents: { A: ab, B: ba }, check: once }, { preemptions: 3 });
    holds(`${kind}: a circle of three`, { share, agents: { A: ab, B: bc, C: ca }, check: once }, { preemptions: 1 });
    holds(`${kind}: no circle`, { share, agents: { A: ab, B: ab, C: bc }, check: never }, { preemptions: 1 });
    const inTime = { A: nest("a", "b", 5), B: ba };
    holds(`${kind}: one has little time`, { share, agents: inTime, check: never }, { preemptions: 3 });
  });
}

// Who comes back from a condition holds its lock again: a circle is the error of another one, whatever scope the wait is in.
for (const [kind, make] of Object.entries({ Lock: () => new Lock(), RLock: () => new RLock() })) {
  interface Shop {
    readonly changed: Condition;
    readonly key: Lock;
    readonly stock: AtomicInt32;
    readonly inside: AtomicInt32;
  }
  const share = (): Shop => ({
    changed: new Condition(make()),
    key: make(),
    stock: new AtomicInt32(0),
    inside: new AtomicInt32(0),
  });
  /** Nobody else is where only the holder of the condition's lock may be. */
  const alone = ({ inside }: Shop): void => {
    expect(inside.add(1)).toBe(0);
    inside.add(-1);
  };
  const take =
    (timeout?: number): Program<Shop> =>
    (shop) => {
      const { changed, key, stock } = shop;
      return changed.runExclusive(() => {
        using _ = key.guard();
        const found = changed.waitFor(() => stock.load() > 0, { timeout });
        alone(shop);
        return found;
      });
    };
  const put: Program<Shop> = (shop) => {
    const { changed, key, stock } = shop;
    using _ = changed.guard();
    stock.store(1);
    changed.notifyAll();
    alone(shop);
    try {
      key.runExclusive(() => {});
      return "passed";
    } catch (error) {
      if (!(error instanceof DeadlockError)) throw error;
      return "refused";
    }
  };
  describe(`a circle by way of a condition with a ${kind}`, () => {
    let refused = 0;
    const check = ({ changed, key }: Shop, { B }: Readonly<Record<string, unknown>>): void => {
      if (B === "refused") refused++;
      expect([changed.locked, key.locked]).toEqual([false, false]);
    };
    holds(`${kind}: who was notified`, { share, agents: { A: take(), B: put }, check }, { preemptions: 3 });
    holds(`${kind}: whose time has run out`, { share, agents: { A: take(5), B: put }, check }, { preemptions: 2 });
    it("in some schedules the other one is refused", () => expect(refused).toBeGreaterThan(0));
  });
}
