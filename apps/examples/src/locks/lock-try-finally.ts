// What was acquired must be released whatever happens in between: by try and finally, by `using`, which does that at the end of the
// scope, or by `runExclusive`. The work under the lock fails now and then, and still no thread waits for ever.
// Notes: 003 class X, 000.

import { Value } from "@conc/atomics";
import { Event } from "@conc/condition";
import { Lock } from "@conc/lock";
import { isMainThread, sleep, Thread, tasks } from "@conc/thread";

const TIMES = 50_000;

class X {
  readonly total: Value<"i32">;
  readonly lock: Lock;

  constructor(total: Value<"i32">, lock: Lock) {
    this.total = total;
    this.lock = lock;
  }

  tryFinally(i: number): void {
    this.lock.acquire();
    try {
      this.#work(i);
    } finally {
      this.lock.release();
    }
  }

  using(i: number): void {
    using guard = this.lock.guard();
    this.#work(i);
  }

  runExclusive(i: number): void {
    this.lock.runExclusive(() => this.#work(i));
  }

  /** Only right if no other thread does it at the same time. */
  #work(i: number): void {
    this.total.value += 1;
    if (i % 500 === 0) throw new Error("the work failed");
  }
}

type Form = "tryFinally" | "using" | "runExclusive";

function repeat(form: Form, total: Value<"i32">, lock: Lock, start: Event): void {
  start.wait();
  const x = new X(total, lock);
  let failures = 0;
  for (let i = 1; i <= TIMES; i++) {
    try {
      x[form](i);
    } catch {
      failures++;
    }
  }
  console.log(`${form}: ${TIMES} times, ${failures} of them failed`);
}

tasks(import.meta, { repeat });

if (isMainThread) {
  const total = new Value("i32", 0);
  const lock = new Lock();
  const start = new Event();
  const forms: Form[] = ["tryFinally", "using", "runExclusive"];
  const threads = forms.map((form) => new Thread({ target: repeat, args: [form, total, lock, start] }).start());
  while (threads.some(({ state }) => state !== "blocked")) sleep(1);
  start.set(); // all at once
  for (const thread of threads) thread.join();
  console.log(`in all ${total.value} times; the lock is ${lock.locked ? "still locked" : "free again"}`);
}
