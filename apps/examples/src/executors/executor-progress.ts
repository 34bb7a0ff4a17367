// A long run that shows on the terminal how far it is, and what its pool is doing.
// Notes: 003.

import { progress, ThreadPoolExecutor } from "@conc/executor";
import { isMainThread, sleep, tasks } from "@conc/thread";
import cliProgress from "cli-progress";

function job(number: number): number {
  sleep(5 + (number % 7));
  if (number % 10 === 9) throw new Error(`job ${number} failed`);
  return number;
}
tasks(import.meta, { job });

if (isMainThread) {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 4 });
  const futures = Array.from({ length: 60 }, (_, number) => pool.submit(job, number));

  // It draws nothing where nobody looks.
  const bar = new cliProgress.SingleBar({ format: "{bar} {percentage} % | {value} of {total}, {failed} failed" });
  bar.start(futures.length, 0, { failed: 0 });
  for await (const { done, failed } of progress(futures)) bar.update(done, { failed });
  bar.stop();

  const { done, failed, runTime } = pool.stats();
  console.log(
    `${done} jobs done, ${failed} of them failed; half of them took no longer than ${runTime.p50.toFixed(1)} ms`,
  );
}
