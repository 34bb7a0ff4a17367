import { setTimeout as sleep } from "node:timers/promises";
import { Arena } from "@conc/atomics";
import { sharedCells, startThread } from "@conc/testkit";
import { describe, expect, it } from "vitest";
import { LifoQueue, PriorityQueue, Queue, SimpleQueue } from "../src/index.ts";
import { both, type Manners, stop, type Taken } from "./workers/traffic.ts";

const THREADS = new URL("./workers/traffic.ts", import.meta.url);

/** How many items go through each queue of a test; set CONC_ITEMS for more. */
const ITEMS = Number(process.env.CONC_ITEMS ?? 8_000);
const CLASSES = [Queue, LifoQueue, PriorityQueue, SimpleQueue] as const;
const HOUR = 3_600_000;

const cases = CLASSES.flatMap((Class) =>
  (Class === SimpleQueue ? [0] : [0, 1, 32]).flatMap((maxSize) =>
    (["patient", "timeouts", "aborts"] as const).map((manners) => [Class.name, maxSize, manners, Class] as const),
  ),
);

function expectExactly(taken: readonly Taken[], producers: number, each: number): void {
  const all = Float64Array.from(taken.flatMap((items) => [...items])).sort();
  expect(all.length).toBe(producers * each);
  for (let i = 0; i < all.length; i++) {
    if (all[i] !== Math.floor(i / each) * 10_000_000 + (i % each)) throw new Error(`at ${i} is ${all[i]}`);
  }
}

function expectInOrder(taken: readonly Taken[]): void {
  for (const items of taken) {
    const last = new Map<number, number>();
    for (const item of items) {
      const from = Math.floor(item / 10_000_000);
      expect(item).toBeGreaterThan(last.get(from) ?? -1);
      last.set(from, item);
    }
  }
}

describe("QU-011 QU-090 four producers and four consumers, threads and tasks mixed", () => {
  it.each(cases)(
    "%s of size %i, %s: every item arrives once and whole",
    async (name, maxSize, manners: Manners, Class) => {
      const queue = new Class(maxSize);
      // Where a thread is woken for each item, fewer.
      const each = Math.ceil(ITEMS / 4 / (maxSize === 1 ? 4 : 1));
      const ended = sharedCells(1);
      const makers = [0, 1].map((from) => startThread<void>(THREADS, "produce", queue, from, each, manners, ended));
      const takers = [0, 1].map(() => startThread<Taken>(THREADS, "consume", queue, manners));
      const tasks = [startThread<Taken>(THREADS, "both", queue, 2, each, manners, ended).result];
      tasks.push(both(queue, 3, each, manners, ended));
      for (const { result } of makers) await result;
      while (Atomics.load(ended, 0) < 4 || !queue.empty) await sleep(1);
      await stop(queue, 4);
      const taken = await Promise.all([...takers.map(({ result }) => result), ...tasks]);
      expectExactly(taken, 4, each);
      if (name === "Queue" || name === "SimpleQueue") expectInOrder(taken);
      expect(queue.empty).toBe(true);
      expect(Arena.default.agent.pending).toBe(0);
    },
    HOUR,
  );
});
