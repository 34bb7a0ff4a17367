// What the threads of `contention.test.ts` do; the words of `cells` are named below.
import type { Exclusive } from "@conc/lock";
import { waitersOf } from "@conc/testkit/lock-actions.ts";

/** A plain cell, which only the lock protects. */
export const SUM = 0;
/** How many threads have come up. */
export const READY = 1;
/** Set when a thread shall stop. */
export const STOP = 2;
/** How many are inside. */
export const INSIDE = 3;
/** How often somebody was not alone inside. */
export const CLASHES = 4;
export const CELLS = 8;

/** Waits until so many threads have come up, so that all of them really run at once. */
function startTogether(cells: Int32Array, threads: number): void {
  Atomics.add(cells, READY, 1);
  Atomics.notify(cells, READY);
  for (let ready = 0; ready < threads; ready = Atomics.load(cells, READY)) Atomics.wait(cells, READY, ready);
}

/** Adds 1 to the sum `times` times, `run` times each time it holds the lock. */
export function count(
  _index: number,
  lock: Exclusive,
  cells: Int32Array,
  threads: number,
  times: number,
  run: number,
): void {
  startTogether(cells, threads);
  for (let time = 0; time < times; time += run) {
    lock.acquire();
    for (let i = 0; i < run; i++) cells[SUM] = (cells[SUM] as number) + 1;
    lock.release();
  }
}

/** What one does inside: adds to the sum, and sees whether it is alone. */
export function work(cells: Int32Array): void {
  if (Atomics.add(cells, INSIDE, 1) !== 0) Atomics.add(cells, CLASHES, 1);
  cells[SUM] = (cells[SUM] as number) + 1;
  Atomics.sub(cells, INSIDE, 1);
}

/** Works `times` times, blocking; every third time it gives up early if it has to. Resolves to how often it got in. */
export function visit(_index: number, lock: Exclusive, cells: Int32Array, threads: number, times: number): number {
  startTogether(cells, threads);
  let entered = 0;
  for (let time = 0; time < times; time++) {
    const options = time % 3 === 0 ? { timeout: Math.random() * 0.2 } : undefined;
    if (!lock.acquire(options)) continue;
    work(cells);
    lock.release();
    entered++;
  }
  return entered;
}

/** Holds the lock over and over, each time for about `span` milliseconds, until it is told to stop; says how often. */
export function hold(lock: Exclusive, cells: Int32Array, span: number): number {
  let entered = 0;
  while (Atomics.load(cells, STOP) === 0) {
    lock.acquire();
    work(cells);
    if (entered === 0) Atomics.add(cells, READY, 1);
    const end = performance.now() + span * Math.random();
    while (performance.now() < end);
    lock.release();
    entered++;
  }
  return entered;
}

/** Answers each signal with a signal; locks and semaphores alike. */
export function answer(ping: Exclusive, pong: Exclusive, times: number): void {
  for (let time = 0; time < times; time++) {
    ping.acquire();
    pong.release();
  }
}

/** Holds the lock until so many wait for it. */
export async function holdUntilAwaited(lock: Exclusive, cells: Int32Array, waiters: number): Promise<void> {
  lock.acquire();
  Atomics.add(cells, READY, 1);
  while (waitersOf(lock) < waiters) Atomics.wait(cells, STOP, 0, 1);
  lock.release();
}

/** Blocks, and lets go at once. */
export function pass(_index: number, lock: Exclusive): void {
  lock.acquire();
  lock.release();
}
