// Instead of asking for a result one can have a function called with it. The pool is closed at the end of its scope, when all is done.
// Notes: 003.

import { type Future, ThreadPoolExecutor } from "@conc/executor";
import { isMainThread, sleep, tasks } from "@conc/thread";

function action(max: number): number {
  sleep(20);
  if (max < 0) throw new RangeError(`no sum up to ${max}`);
  return (max * (max - 1)) / 2;
}
tasks(import.meta, { action });

function show(future: Future<number>): void {
  const error = future.exception();
  console.log(error === undefined ? `callback: ${future.result()}` : `callback: ${error}`);
}

if (isMainThread) {
  {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    for (const max of [50, 100, -1]) pool.submit(action, max).addDoneCallback(show);
    console.log("main goes on");
  }
  console.log("the pool is closed");
}
