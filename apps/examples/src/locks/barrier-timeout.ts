// Three are to come, and only two do. When the time of one has run out the barrier is broken: for him, for the one with more patience, and
// for the third, who comes too late.
// Notes: 001.

import { Barrier, BrokenBarrierError } from "@conc/barrier";
import { currentThread, isMainThread, sleep, Thread, tasks } from "@conc/thread";

function arrive(barrier: Barrier, timeout?: number): void {
  const { name } = currentThread();
  const start = performance.now();
  try {
    barrier.wait({ timeout });
  } catch (error) {
    if (!(error instanceof BrokenBarrierError)) throw error;
    console.log(`${name}: ${error.message}, after ${Math.round(performance.now() - start)} ms`);
  }
}

tasks(import.meta, { arrive });

if (isMainThread) {
  const barrier = new Barrier(3, { timeout: 10_000 }); // for who says nothing else
  const patient = new Thread({ name: "patient", target: arrive, args: [barrier] }).start();
  while (barrier.waiting < 1) sleep(1);
  const hasty = new Thread({ name: "hasty", target: arrive, args: [barrier, 200] }).start();
  for (const thread of [patient, hasty]) thread.join();
  new Thread({ name: "late", target: arrive, args: [barrier] }).start().join();
  console.log(`broken: ${barrier.broken}, waiting: ${barrier.waiting}`);
}
