// What became of the items that a contestant's producers sent: all its threads note it in words that they share.

/** What came of a check. */
export interface Checked {
  /** How many items were sent. */
  readonly items: number;
  /** How many of them were altered or lost, and how many arrived that are none of them, or another time. */
  readonly wrong: number;
}

/** For each item how often it arrived, and behind them how often something arrived that nobody sent. */
export function makeArrivals(items: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer((items + 1) * 4));
}

/** How many items are sent. */
export function itemsIn(arrivals: Int32Array): number {
  return arrivals.length - 1;
}

/** @param number The item's, or undefined if nobody sent such a one. */
export function noteArrival(arrivals: Int32Array, number: number | undefined): void {
  Atomics.add(arrivals, number ?? itemsIn(arrivals), 1);
}

export function reckon(arrivals: Int32Array): Checked {
  const items = itemsIn(arrivals);
  const intact = arrivals.subarray(0, items).filter((times) => times > 0).length;
  const arrived = arrivals.reduce((sum, times) => sum + times, 0);
  // What was altered is missing, and has arrived as something else: it counts once.
  return { items, wrong: Math.max(items, arrived) - intact };
}
