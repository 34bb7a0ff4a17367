// A program starts up in parallel: one thread loads from the disk, one warms the cache, one fills the connection pool. All wait for the
// slowest; then the action runs, once, and all go on.
// Notes: 000.

import { Barrier } from "@conc/barrier";
import { currentThread, isMainThread, sleep, Thread, tasks } from "@conc/thread";

const SECOND = 100; // of the notes, shortened

function prepare(barrier: Barrier, seconds: number): void {
  const { name } = currentThread();
  sleep(seconds * SECOND);
  console.log(`${name}: ready`);
  barrier.wait();
  console.log(`${name}: at work`);
}

/** The last one to arrive runs it, whichever thread that is: so the action is registered, and travels with the barrier. */
function open(): void {
  console.log("all is ready, the program opens");
}

tasks(import.meta, { prepare, open });

if (isMainThread) {
  const barrier = new Barrier(3, { action: open });
  const steps = { disk: 1, cache: 2, "connection pool": 4 };
  const threads = Object.entries(steps).map(([name, seconds]) =>
    new Thread({ name, target: prepare, args: [barrier, seconds] }).start(),
  );
  for (const thread of threads) thread.join();
}
