// Two jobs that only sleep, one after the other: it takes as long as both together. The next examples do the same with threads.
// Notes: 002 案例01.

import { isMainThread, sleep } from "@conc/thread";

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

if (isMainThread) {
  const start = performance.now();
  loop1();
  loop2();
  console.log(`all done after ${Math.round(performance.now() - start)} ms`);
}
