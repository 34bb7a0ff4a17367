// Five runners. None starts before the fifth is there; then all do, and each has another index.
// Notes: 000.

import { Barrier } from "@conc/barrier";
import { currentThread, isMainThread, sleep, Thread, tasks } from "@conc/thread";

const SECOND = 100; // of the notes, shortened

function run(barrier: Barrier, way: number): void {
  const { name } = currentThread();
  sleep(way * SECOND);
  console.log(`${name} is at the line`);
  const index = barrier.wait();
  console.log(`${name} starts, index ${index}`);
}

tasks(import.meta, { run });

if (isMainThread) {
  const barrier = new Barrier(5);
  const runners: Thread[] = [];
  for (let i = 1; i <= 5; i++) {
    runners.push(new Thread({ name: `runner-${i}`, target: run, args: [barrier, i] }).start());
  }
  while (barrier.waiting < 4) sleep(1);
  console.log(`${barrier.waiting} of ${barrier.parties} wait`);
  for (const runner of runners) runner.join();
  console.log(`all have started, ${barrier.waiting} wait`);
}
