// A thread whose tasks wait for permits while it has no time for them, and one that blocks.
import type { Semaphore } from "../../src/index.ts";

/** What the cells are for. */
export const WAITS = 0;
export const MAY_REST = 1;
export const GOT_ONE = 2;

/** Waits for permits in so many tasks, and computes until told not to. */
export async function acquireWhileBusy(semaphore: Semaphore, cells: Int32Array, tasks: number): Promise<void> {
  const acquired = Array.from({ length: tasks }, () => semaphore.acquireAsync());
  Atomics.store(cells, WAITS, 1);
  while (Atomics.load(cells, MAY_REST) === 0);
  await Promise.all(acquired);
}

/** Waits for a permit, blocked. */
export function acquire(semaphore: Semaphore, cells: Int32Array): void {
  semaphore.acquire();
  Atomics.add(cells, GOT_ONE, 1);
  Atomics.notify(cells, GOT_ONE);
}
