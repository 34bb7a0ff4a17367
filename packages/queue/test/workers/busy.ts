// A thread whose tasks wait at a queue while it has no time for them.
import type { Queue } from "../../src/index.ts";

/** What the cells are for. */
export const WAITS = 0;
export const MAY_REST = 1;

/** Waits for items in so many tasks, and computes until told not to; then what came. */
export function getWhileBusy(queue: Queue, cells: Int32Array, count: number): Promise<unknown[]> {
  const items = Array.from({ length: count }, () => queue.getAsync());
  beBusy(cells);
  return Promise.all(items);
}

/** Puts so many items by tasks, and computes until told not to. */
export function putWhileBusy(queue: Queue, cells: Int32Array, count: number): Promise<unknown> {
  const puts = Array.from({ length: count }, () => queue.putAsync("of a task"));
  beBusy(cells);
  return Promise.all(puts);
}

function beBusy(cells: Int32Array): void {
  Atomics.store(cells, WAITS, 1);
  while (Atomics.load(cells, MAY_REST) === 0);
}
