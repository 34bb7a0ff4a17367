// Each of two threads holds a lock and wants that of the other. They would wait for ever, but one of them waits for a limited time:
// its `acquire` says false, it gives up, and the other one's says true.
// Notes: 002 案例15.

import { Event } from "@conc/condition";
import { Lock } from "@conc/lock";
import { isMainThread, Thread, tasks } from "@conc/thread";

const SECOND = 100; // of the notes, shortened

interface Stage {
  lock1: Lock;
  lock2: Lock;
  locked1: Event;
  locked2: Event;
}

function func1({ lock1, lock2, locked1, locked2 }: Stage): void {
  lock1.acquire();
  console.log("func1 has lock1");
  locked1.set();
  locked2.wait(); // so that both have their first lock
  const start = performance.now();
  const acquired = lock2.acquire({ timeout: 2 * SECOND });
  console.log(`func1 wants lock2: ${acquired} after ${Math.round(performance.now() - start)} ms`);
  if (acquired) lock2.release();
  lock1.release();
  console.log("func1 is done");
}

function func2({ lock1, lock2, locked1, locked2 }: Stage): void {
  lock2.acquire();
  console.log("func2 has lock2");
  locked2.set();
  locked1.wait();
  const acquired = lock1.acquire({ timeout: 100 * SECOND });
  console.log(`func2 wants lock1: ${acquired}`);
  if (acquired) lock1.release();
  lock2.release();
  console.log("func2 is done");
}

tasks(import.meta, { func1, func2 });

if (isMainThread) {
  const stage: Stage = { lock1: new Lock(), lock2: new Lock(), locked1: new Event(), locked2: new Event() };
  const threads = [func1, func2].map((target) => new Thread({ target, args: [stage] }).start());
  for (const thread of threads) thread.join();
  console.log("all done");
}
