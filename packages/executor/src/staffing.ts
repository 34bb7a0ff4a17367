// Workers are started as they are needed, by who submits, and by who finds that one has died.

import { enumerate, type MakeWorker, type ResourceLimits, type TaskReference, Thread } from "@conc/thread";
import { WORKER_AGENT } from "./layout.ts";
import type { Pool } from "./pool.ts";
import { serve } from "./worker.ts";

/** What a worker has to know. */
export interface Settings {
  readonly prefix: string;
  readonly initializer: TaskReference | undefined;
  readonly initargs: readonly unknown[];
  readonly resourceLimits: ResourceLimits;
  /** How many tasks it may have begun and not ended. */
  readonly concurrency: number;
}

/** How the workers of pools are made that do not travel. */
const makers = new WeakMap<Pool, MakeWorker>();

/** Has a function make the workers of a pool from now on. */
export function startWith(pool: Pool, make: MakeWorker): void {
  makers.set(pool, make);
}

/** Whether a function of this thread makes them. */
export function isStartedFromHere(pool: Pool): boolean {
  return makers.has(pool);
}

/**
 * Starts as many workers as are needed for the tasks that nobody has begun, and `more`, and as there may be.
 *
 * @throws If one can not be started, and there is no other.
 */
export function startWorkers(pool: Pool, more: number): void {
  for (;;) {
    const index = pool.vacancy(more);
    if (index === undefined) return;
    try {
      start(pool, index);
    } catch (error) {
      pool.write(pool.worker(index) + WORKER_AGENT, 0);
      if (pool.staff.length === 0) throw error;
      return;
    }
  }
}

/** Ends a worker wherever it is. */
export function terminateWorker(agent: number): void {
  void enumerate()
    .find(({ ident }) => ident === agent)
    ?.terminate();
}

function start(pool: Pool, index: number): void {
  const { prefix, resourceLimits } = pool.settings as Settings;
  const make = makers.get(pool);
  const worker = new Thread({
    target: serve,
    args: [pool, index],
    name: `${prefix}_${pool.nextStarted()}`,
    // What is to be done keeps the program going in who submitted it.
    daemon: true,
    ...(make ? { worker: make } : { resourceLimits }),
  }).start();
  // It says so itself as well, should this thread die before.
  pool.exchange(pool.worker(index) + WORKER_AGENT, -pool.arena.agent.id, worker.ident as number);
}
