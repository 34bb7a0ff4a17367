// Two threads add to and subtract from one sum without a lock, equally often. It should end at 0 and hardly ever does, because
// `sum.value += 1` is a read and a write, and what the other thread writes in between is lost. lock-shared-sum mends it.
// Notes: 002 案例11.

import { AtomicInt32, Value } from "@conc/atomics";
import { isMainThread, Thread, tasks } from "@conc/thread";

const TIMES = 500_000;
const RUNS = 4;

/** Waits until both are up: a thread takes longer to come up than to add. */
function meet(up: AtomicInt32): void {
  up.add(1);
  while (up.load() < 2);
}

function add(sum: Value<"i32">, up: AtomicInt32): void {
  meet(up);
  for (let i = 0; i < TIMES; i++) sum.value += 1;
}

function subtract(sum: Value<"i32">, up: AtomicInt32): void {
  meet(up);
  for (let i = 0; i < TIMES; i++) sum.value -= 1;
}

tasks(import.meta, { add, subtract });

if (isMainThread) {
  let wrong = 0;
  for (let run = 1; run <= RUNS; run++) {
    const sum = new Value("i32");
    const up = new AtomicInt32();
    const threads = [add, subtract].map((target) => new Thread({ target, args: [sum, up] }).start());
    for (const thread of threads) thread.join();
    console.log(`run ${run}: the sum is ${sum.value}`);
    if (sum.value !== 0) wrong++;
  }
  console.log(wrong > 0 ? `wrong in ${wrong} of ${RUNS} runs` : `right in all ${RUNS} runs, by luck`);
}
