// Two tasks for a pool of two threads: whether they are done, before and after, and what came of them.
// Notes: 003.

import { ThreadPoolExecutor, waitSync } from "@conc/executor";
import { currentThread, isMainThread, tasks } from "@conc/thread";

function action(max: number): number {
  let sum = 0;
  for (let i = 0; i < max; i++) {
    console.log(`${currentThread().name} ${i}`);
    sum += i;
  }
  return sum;
}
tasks(import.meta, { action });

if (isMainThread) {
  const pool = new ThreadPoolExecutor({ maxWorkers: 2, threadNamePrefix: "pool" });
  const future1 = pool.submit(action, 5);
  const future2 = pool.submit(action, 10);
  console.log(`first done: ${future1.done}`);
  waitSync([future1, future2]);
  console.log(`second done: ${future2.done}`);
  console.log(`sums: ${future1.result()}, ${future2.result()}`);
  pool.shutdown();
}
