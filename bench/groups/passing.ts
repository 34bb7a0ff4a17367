// What threads do that pass items to each other. Producers have odd numbers, consumers even ones.

import { itemsIn, noteArrival } from "../contest/arrivals.ts";
import type { CheckedRun, Run } from "../contest/contestant.ts";
import { itemOf, type Kind, numberOf, supplyOf } from "./items.ts";

/** One thread's end of a queue; blocks where it would have to wait. */
export interface End {
  put(item: unknown): unknown;
  get(): unknown;
}

/** Puts or gets so many items. */
export function passing(kind: Kind, index: number, end: End): Run {
  if (isConsumer(index)) {
    return (times) => {
      for (let time = 0; time < times; time++) end.get();
    };
  }
  const supply = supplyOf(kind);
  return (times) => {
    for (let time = 0; time < times; time++) end.put(supply(time));
  };
}

/** By what a consumer knows that there is no more for it. */
const LAST = -1;

/** Puts or gets so many items; as a check, puts items that can be told from each other, or gets them and notes which came. */
export function checkedPassing(kind: Kind, index: number, pairs: number, end: End, arrivals: Int32Array): CheckedRun {
  return { run: passing(kind, index, end), check: checking(kind, index, pairs, end, arrivals) };
}

function checking(kind: Kind, index: number, pairs: number, end: End, arrivals: Int32Array): () => void {
  const items = itemsIn(arrivals);
  if (isConsumer(index)) {
    return () => {
      for (let item = end.get(); item !== LAST; item = end.get()) noteArrival(arrivals, numberOf(kind, item, items));
    };
  }
  const each = items / pairs;
  const first = (index >> 1) * each;
  return () => {
    for (let number = first; number < first + each; number++) end.put(itemOf(kind, number));
    end.put(LAST);
  };
}

function isConsumer(index: number): boolean {
  return index % 2 === 0;
}
