// The sum of thread-shared-race made right: two threads add to it and subtract from it equally often, each change under a lock, and
// it ends at 0.
// Notes: 002 案例12.

import { Value } from "@conc/atomics";
import { Event } from "@conc/condition";
import { Lock } from "@conc/lock";
import { isMainThread, sleep, Thread, tasks } from "@conc/thread";

const TIMES = 200_000;

// The lock locks no variable. It is a pass, of which there is one: who changes the sum holds it for as long as reading and writing
// back take.
function add(sum: Value<"i32">, lock: Lock, start: Event): void {
  start.wait();
  for (let i = 0; i < TIMES; i++) {
    lock.acquire();
    sum.value += 1;
    lock.release();
  }
  console.log(`added ${TIMES} times`);
}

function subtract(sum: Value<"i32">, lock: Lock, start: Event): void {
  start.wait();
  for (let i = 0; i < TIMES; i++) {
    lock.acquire();
    sum.value -= 1;
    lock.release();
  }
  console.log(`subtracted ${TIMES} times`);
}

tasks(import.meta, { add, subtract });

if (isMainThread) {
  const sum = new Value("i32");
  const lock = new Lock();
  const start = new Event();
  const threads = [add, subtract].map((target) => new Thread({ target, args: [sum, lock, start] }).start());
  while (threads.some(({ state }) => state !== "blocked")) sleep(1);
  start.set(); // both at once
  for (const thread of threads) thread.join();
  console.log(`the sum is ${sum.value}`);
}
