import type { Condition } from "@conc/condition";
import type { Lock, RLock } from "@conc/lock";
import { expect } from "vitest";
import { makeCells, type Waited, waiting } from "./condition-actions.ts";
import type { Flow } from "./flow.ts";
import { until } from "./until.ts";

/** What the cases of a condition need. */
export interface ConditionWorld {
  make(lock?: Lock | RLock): Condition;
  makeLock(): Lock;
  makeRLock(): RLock;
  /** So many flows, whose module is `condition-actions.ts`. */
  flows(count: number): Promise<Flow[]>;
}

/** Until so many wait, and the last of them has freed the lock. */
export function asleep(condition: Condition, count: number): Promise<unknown> {
  return until(`${count} wait and the lock is free`, () => waiting(condition) === count && !condition.locked);
}

/** Has the flows wait, each once, in this order; `ended` lists those who are through. */
export async function lineUp(
  condition: Condition,
  sleepers: Flow[],
  options?: object,
): Promise<{ waits: Promise<Waited>[]; ended: number[] }> {
  const cells = makeCells();
  const before = waiting(condition);
  const waits: Promise<Waited>[] = [];
  const ended: number[] = [];
  for (const [index, flow] of sleepers.entries()) {
    const wait = flow.run<Waited>("waitOnce", condition, cells, options);
    wait.then(() => ended.push(index));
    waits.push(wait);
    await asleep(condition, before + index + 1);
  }
  return { waits, ended };
}

/** Until all of them have been notified, each with the lock in hand. */
export async function expectNotified(waits: Promise<Waited>[]): Promise<void> {
  for (const wait of waits) expect(await wait).toMatchObject({ result: true, held: true });
}
