// A function for each of many inputs: the results come in the order of the inputs, whichever is done first.
// Notes: 003.

import { ThreadPoolExecutor } from "@conc/executor";
import { isMainThread, sleep, tasks } from "@conc/thread";

function action(max: number): string {
  // The first ones take longest.
  sleep(60 - max);
  let sum = 0;
  for (let i = 0; i < max; i++) sum += i;
  return `the sum below ${max} is ${sum}`;
}
tasks(import.meta, { action });

if (isMainThread) {
  using pool = new ThreadPoolExecutor({ maxWorkers: 3 });
  for (const line of pool.map(action, [10, 30, 50])) console.log(line);

  // Many small inputs travel in chunks; without an end to them, no more are taken than fit into the buffer.
  function* naturals(): Generator<number> {
    for (let n = 1; ; n++) yield n;
  }
  let sum = 0;
  for await (const square of pool.map((n: number) => n * n, naturals(), { chunksize: 100, bufferSize: 2 })) {
    sum += square;
    if (sum > 1_000_000) break;
  }
  console.log(`the squares up to there are ${sum}`);
}
