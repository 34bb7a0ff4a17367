// `Timer` calls a function some time after `start`, on a thread of its own, so that the main thread can do something else or block.
// Cancelled before its time, it never does.
// Notes: 000, 002 案例17, 003.

import { currentThread, isMainThread, sleep, Timer, tasks } from "@conc/thread";

const SECOND = 100; // of the notes, shortened

function hi(name: string, started: number): void {
  console.log(`hi ${name}, from ${currentThread().name} after ${Math.floor(Date.now() - started)} ms`);
}

tasks(import.meta, { hi });

if (isMainThread) {
  const cancelled = new Timer(10 * SECOND, hi, ["nobody", Date.now()]).start();
  cancelled.cancel();
  cancelled.join();
  console.log(`the cancelled one is alive: ${cancelled.isAlive}`);

  const timer = new Timer(6 * SECOND, hi, ["there", Date.now()]).start();
  for (let i = 1; timer.isAlive; i++) {
    console.log("*".repeat(i));
    sleep(SECOND);
  }
}
