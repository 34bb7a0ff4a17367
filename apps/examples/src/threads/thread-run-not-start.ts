// Calling `run` instead of `start` makes no thread: the target runs in the caller's, one call after the other.
// Notes: 003.

import { currentThread, isMainThread, Thread, tasks } from "@conc/thread";

function action(max: number): void {
  for (let i = 0; i < max; i++) console.log(`action in ${currentThread().name} ${i}`);
}

tasks(import.meta, { action });

if (isMainThread) {
  for (let i = 0; i < 23; i++) {
    console.log(`${currentThread().name} ${i}`);
    if (i === 20) {
      new Thread({ target: action, args: [3] }).run();
      new Thread({ target: action, args: [3] }).run();
    }
  }
}
