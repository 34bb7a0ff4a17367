import { asCompleted } from "./as-completed.ts";
import type { Future } from "./future.ts";
import { futuresOf } from "./futures.ts";

/** How far some futures have come. */
export interface Progress {
  readonly total: number;
  /** How many are done, in whatever way. */
  readonly done: number;
  /** How many of these have failed; those that were cancelled have not. */
  readonly failed: number;
}

/**
 * How far futures have come: at first, and whenever another one is done, until all are.
 *
 * @throws {TypeError} If there is something else among the futures.
 *
 * @example
 * for await (const { done, total } of progress(futures)) bar.update(done / total);
 */
export function progress(futures: Iterable<Future<any>>): AsyncIterable<Progress> {
  // Now, and not when it is gone through.
  return steps(futuresOf(futures));
}

async function* steps(futures: ReadonlySet<Future<any>>): AsyncGenerator<Progress, void> {
  const total = futures.size;
  let [done, failed] = [0, 0];
  yield { total, done, failed };
  for await (const future of asCompleted(futures)) {
    done++;
    if (future.failed) failed++;
    yield { total, done, failed };
  }
}
