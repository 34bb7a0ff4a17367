// The database can not be reached. Without `abort` the other steps would wait for that thread for ever; with it they get a
// `BrokenBarrierError`. `reset` mends the barrier, and the second attempt succeeds.
// Notes: 000.

import { Barrier, BrokenBarrierError } from "@conc/barrier";
import { currentThread, isMainThread, sleep, Thread, tasks } from "@conc/thread";

function prepare(barrier: Barrier, fails: boolean): void {
  const { name } = currentThread();
  if (fails) {
    while (barrier.waiting < 2) sleep(1); // the others wait already
    console.log(`${name}: no connection, abort`);
    barrier.abort();
    return;
  }
  try {
    barrier.wait();
    console.log(`${name}: at work`);
  } catch (error) {
    if (!(error instanceof BrokenBarrierError)) throw error;
    console.log(`${name}: ${error.name}: ${error.message}`);
  }
}

tasks(import.meta, { prepare });

function attempt(barrier: Barrier, databaseFails: boolean): void {
  const threads = ["disk", "cache", "database"].map((name) =>
    new Thread({ name, target: prepare, args: [barrier, databaseFails && name === "database"] }).start(),
  );
  for (const thread of threads) thread.join();
  console.log(`broken: ${barrier.broken}`);
}

if (isMainThread) {
  const barrier = new Barrier(3);
  attempt(barrier, true);
  barrier.reset();
  console.log(`after reset, broken: ${barrier.broken}`);
  attempt(barrier, false);
}
