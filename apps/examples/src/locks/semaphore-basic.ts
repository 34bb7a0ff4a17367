// A semaphore of three: of eight threads at most three are inside at a time, and whoever leaves lets the next one in.
// Notes: 002 案例16.

import { AtomicInt32 } from "@conc/atomics";
import { Semaphore } from "@conc/lock";
import { currentThread, isMainThread, sleep, Thread, tasks } from "@conc/thread";

function func(semaphore: Semaphore, inside: AtomicInt32): void {
  const { name } = currentThread();
  using permit = semaphore.guard();
  console.log(`${name} gets the semaphore, inside: ${inside.add(1) + 1}`);
  sleep(100);
  inside.sub(1);
  console.log(`${name} is done`);
}

tasks(import.meta, { func });

if (isMainThread) {
  const semaphore = new Semaphore(3);
  const inside = new AtomicInt32();
  const threads: Thread[] = [];
  for (let i = 1; i <= 8; i++) {
    threads.push(new Thread({ name: `thread ${i}`, target: func, args: [semaphore, inside] }).start());
  }
  for (const thread of threads) thread.join();
  console.log("all done");
}
