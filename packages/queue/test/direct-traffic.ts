// What tests need who send items through queues, and look whether all came.

import { sharedCells } from "@conc/testkit";
import { expect } from "vitest";
import { LifoQueue, PriorityQueue, Queue, SimpleQueue } from "../src/index.ts";
import type { Manners, Taken, Traffic } from "./workers/traffic.ts";

/** How many items go through each queue of a test; set CONC_ITEMS for more. */
const ITEMS = Number(process.env.CONC_ITEMS ?? 8_000);
const PRODUCERS = 4;

/** For a test that takes the longer the more is asked of it. */
export const HOUR = 3_600_000;

type QueueClass = typeof Queue | typeof LifoQueue | typeof PriorityQueue | typeof SimpleQueue;

/** All kinds of queues: name, size, class. */
export const KINDS: [string, number, QueueClass][] = [Queue, LifoQueue, PriorityQueue, SimpleQueue].flatMap((Class) =>
  (Class === SimpleQueue ? [0] : [0, 1, 32]).map((maxSize): [string, number, QueueClass] => [
    Class.name,
    maxSize,
    Class,
  ]),
);

/** A new queue, and what four producers are to put into it. */
export function newTraffic(Class: QueueClass, maxSize: number, manners: Manners): Traffic {
  // Where a thread is woken for each item, fewer.
  const each = Math.ceil(ITEMS / PRODUCERS / (maxSize === 1 ? 4 : 1));
  return {
    queue: new Class(maxSize),
    manners,
    each,
    begun: sharedCells(PRODUCERS),
    ended: sharedCells(PRODUCERS),
    times: new Uint8Array(new SharedArrayBuffer(PRODUCERS * each)),
  };
}

/** Whether all items were put and taken. */
export function isThrough({ queue, ended }: Traffic): boolean {
  return ended.every((_, from) => Atomics.load(ended, from) === 1) && queue.empty;
}

/**
 * Looks whether each item came once.
 *
 * @param doubtful Items, as `from * each + index`, whose producers may have died before they put them.
 * @returns How many never came, beside those.
 */
export function countLost({ each, times }: Traffic, doubtful: ReadonlySet<number> = new Set()): number {
  let lost = 0;
  for (const [item, count] of times.entries()) {
    if (count > 1) expect.fail(`item ${item % each} of ${Math.floor(item / each)} came ${count} times`);
    if (count === 0 && !doubtful.has(item)) lost++;
  }
  return lost;
}

/** Looks whether the items of each producer came in the order in which it put them, at each consumer of a queue that promises that. */
export function expectOrder({ queue }: Traffic, taken: readonly Taken[]): void {
  if (queue instanceof LifoQueue || queue instanceof PriorityQueue) return;
  for (const items of taken) {
    const last: number[] = Array(PRODUCERS).fill(-1);
    for (const item of items) {
      const from = Math.floor(item / 10_000_000);
      if (item <= (last[from] as number)) expect.fail(`${item} came after ${last[from]}`);
      last[from] = item;
    }
  }
}
