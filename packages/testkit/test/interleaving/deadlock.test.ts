// Who would wait for himself gets an error, one of them, and never anybody else.

import { DeadlockError } from "@conc/atomics";
import { Lock, RLock } from "@conc/lock";
import { describe, expect } from "vitest";
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
