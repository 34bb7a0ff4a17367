// The low-level call with arguments. What threads share is an argument too: here a semaphore by which they say that they are done.
// Notes: 002 案例03.

import { Semaphore } from "@conc/lock";
import { getIdent, isMainThread, sleep, startNewThread, tasks } from "@conc/thread";

const SECOND = 250; // of the notes, shortened

function loop(name: string, seconds: number, done: Semaphore): void {
  console.log(`start ${name}: ${seconds} s, on thread ${getIdent()}`);
  sleep(seconds * SECOND);
  console.log(`end ${name}`);
  done.release();
}

tasks(import.meta, { loop });

if (isMainThread) {
  const start = performance.now();
  const done = new Semaphore(0);
  const idents = [startNewThread(loop, ["loop 1", 4, done]), startNewThread(loop, ["loop 2", 2, done])];
  console.log(`started threads ${idents.join(" and ")}`);
  for (const _ of idents) done.acquire();
  console.log(`all done after ${Math.round(performance.now() - start)} ms`);
}
