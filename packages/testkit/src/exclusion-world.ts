import type { Flow } from "./flow.ts";
import { type Acquirable, waitersOf } from "./lock-actions.ts";
import { until } from "./until.ts";

/** What the cases of a lock need. */
export interface LockWorld<L extends Acquirable = Acquirable> {
  /** A lock, or what lets in one at a time as well. */
  make(): L;
  /** So many flows, whose module is `lock-actions.ts`. */
  flows(count: number): Promise<Flow[]>;
}

/** Cells that threads share, all zero. */
export function sharedCells(length = 1): Int32Array {
  return new Int32Array(new SharedArrayBuffer(length * 4));
}

/**
 * Has the flows acquire, one after the other, and returns once all of them wait; `entered` lists those who are in.
 *
 * @param options If they have a timeout, some may have given up by then.
 */
export async function lineUp(
  lock: Acquirable,
  flows: Flow[],
  options?: object,
): Promise<{ entered: Flow[]; results: Promise<unknown>[] }> {
  const entered: Flow[] = [];
  const results: Promise<unknown>[] = [];
  const before = waitersOf(lock);
  let settled = 0;
  for (const [index, flow] of flows.entries()) {
    const result = flow.call(lock, "acquire", options);
    result.then((acquired) => {
      settled++;
      if (acquired) entered.push(flow);
    });
    results.push(result);
    await until(`${index + 1} wait`, () => waitersOf(lock) + settled === before + index + 1);
  }
  return { entered, results };
}
