// `local()` is one object of which each thread has its own: two threads of a pool both add to `data.x`, and neither disturbs the other.
// Notes: 000, 003.

import { AtomicInt32 } from "@conc/atomics";
import { local } from "@conc/local";
import { currentThread, isMainThread, sleep, Thread, tasks } from "@conc/thread";

interface Data {
  x?: number;
}

function action(data: Data, max: number): void {
  for (let i = 0; i < max; i++) {
    data.x = data.x === undefined ? i : data.x + i;
    sleep(1);
  }
  console.log(`${currentThread().name}: data.x is ${data.x}`);
}

/** Takes jobs as long as there are some. */
function worker(data: Data, jobs: AtomicInt32, up: AtomicInt32): void {
  up.add(1);
  while (up.load() < 2) sleep(1); // or the first would do all jobs before the second is up
  let done = 0;
  for (; jobs.sub(1) > 0; done++) action(data, 10);
  console.log(`${currentThread().name} has done ${done} jobs, its data.x is ${data.x ?? 0}`);
}

tasks(import.meta, { worker });

if (isMainThread) {
  const data = local<Data>();
  data.x = -1;
  const jobs = new AtomicInt32(6);
  const up = new AtomicInt32();
  const pool = [1, 2].map((i) => new Thread({ target: worker, args: [data, jobs, up], name: `pool ${i}` }).start());
  for (const thread of pool) thread.join();
  console.log(`${currentThread().name} has done none, its data.x is ${data.x}`);
}
