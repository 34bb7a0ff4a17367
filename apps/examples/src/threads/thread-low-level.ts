// The two jobs of thread-sequential on two threads, with the low-level call: it takes about as long as the longer one.
// Notes: 002 案例02.

import { activeCount, isMainThread, sleep, startNewThread, tasks } from "@conc/thread";

const SECOND = 250; // of the notes, shortened

function loop1(): void {
  console.log("start loop 1");
  sleep(4 * SECOND);
  console.log("end loop 1");
}

function loop2(): void {
  console.log("start loop 2");
  sleep(2 * SECOND);
  console.log("end loop 2");
}

tasks(import.meta, { loop1, loop2 });

if (isMainThread) {
  const start = performance.now();
  startNewThread(loop1);
  startNewThread(loop2);
  // There is no object to join, and the program would not wait for such threads. The note loops for ever here.
  while (activeCount() > 1) sleep(10);
  console.log(`all done after ${Math.round(performance.now() - start)} ms`);
}
