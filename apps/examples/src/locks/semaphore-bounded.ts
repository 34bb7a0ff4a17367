// One release too many: a `Semaphore` takes it, and from then on lets in one more; a `BoundedSemaphore` throws and stays as it was.
// Notes: 000.

import { BoundedSemaphore, Semaphore } from "@conc/lock";
import { isMainThread } from "@conc/thread";

/** How many get in until the next one would have to wait. */
function enter(semaphore: Semaphore): number {
  let inside = 0;
  while (semaphore.acquire({ blocking: false })) inside++;
  return inside;
}

function release(semaphore: Semaphore, n: number): void {
  let answer = "done";
  try {
    semaphore.release(n);
  } catch (error) {
    answer = String(error);
  }
  console.log(`release(${n}): ${answer}; value ${semaphore.value}`);
}

if (isMainThread) {
  for (const semaphore of [new Semaphore(3), new BoundedSemaphore(3)]) {
    console.log(semaphore.constructor.name);
    release(semaphore, 1); // though nobody has acquired
    console.log(`${enter(semaphore)} get in`);
    release(semaphore, 2);
    release(semaphore, 2); // all or nothing: the one that would fit is not taken either
  }
}
