// Work that waits and work that computes, one after the other and in threads. Python's threads take turns, so that only what waits gains by
// them; here there is no lock around the interpreter, and what computes uses all processors, too.
// Notes: 000 §2, 001.

import { availableParallelism } from "node:os";
import { ThreadPoolExecutor } from "@conc/executor";
import { isMainThread, sleep, tasks } from "@conc/thread";

const JOBS = 4;

/** Stands for a request: it waits for somebody else. */
function download(ms: number): number {
  sleep(ms);
  return ms;
}

/** Computes, and waits for nobody. */
function countPrimes(end: number): number {
  let count = 0;
  for (let n = 2; n < end; n++) {
    let isPrime = true;
    for (let divisor = 2; isPrime && divisor * divisor <= n; divisor++) isPrime = n % divisor !== 0;
    if (isPrime) count++;
  }
  return count;
}
tasks(import.meta, { download, countPrimes });

/** Milliseconds that something takes, and what comes of it. */
function timed<T>(work: () => T): { took: number; result: T } {
  const start = performance.now();
  const result = work();
  return { took: performance.now() - start, result };
}

if (isMainThread) {
  using pool = new ThreadPoolExecutor({ maxWorkers: JOBS });
  // So that the threads are there.
  Array.from(pool.map(download, new Array(JOBS).fill(20)));
  console.log(`${availableParallelism()} processors`);

  const compare = (name: string, job: (input: number) => number, input: number): void => {
    const inputs: number[] = new Array(JOBS).fill(input);
    const sequential = timed(() => inputs.map(job));
    const threads = timed(() => [...pool.map(job, inputs)]);
    if (String(sequential.result) !== String(threads.result)) throw new Error(`${name}: the results differ`);
    const times = `${Math.round(sequential.took)} ms one after the other, ${Math.round(threads.took)} ms in threads`;
    console.log(`${name}: ${times}, ${(sequential.took / threads.took).toFixed(1)} times as fast`);
  };
  compare("waiting", download, 100);
  compare("computing", countPrimes, 400_000);
}
