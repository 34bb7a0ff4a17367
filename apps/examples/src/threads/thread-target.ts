// The main thread counts to 100; at 20 it starts two threads that count as well. All three take turns as it comes.
// Notes: 003.

import { Semaphore } from "@conc/lock";
import { currentThread, isMainThread, sleep, Thread, tasks } from "@conc/thread";

function action(max: number, begun: Semaphore): void {
  for (let i = 0; i < max; i++) {
    console.log(`${currentThread().name} ${i}`);
    if (i === 0) begun.release();
    sleep(1);
  }
}

tasks(import.meta, { action });

if (isMainThread) {
  const begun = new Semaphore(0);
  for (let i = 0; i < 100; i++) {
    console.log(`${currentThread().name} ${i}`);
    if (i === 20) {
      new Thread({ target: action, args: [100, begun] }).start();
      new Thread({ target: action, args: [100, begun] }).start();
      // Threads take a moment to come up, in which the main thread could have counted to the end.
      begun.acquire();
      begun.acquire();
    }
    sleep(1);
  }
  console.log("master thread is over");
}
