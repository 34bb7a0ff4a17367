// Threads are started and the main thread does not wait: its "all done" comes first.
// Notes: 002 案例04, 004 §3.

import { isMainThread, sleep, Thread, tasks } from "@conc/thread";

const SECOND = 100; // of the notes, shortened

function loop(name: string, seconds: number): void {
  console.log(`start ${name}`);
  sleep(seconds * SECOND);
  console.log(`end ${name}`);
}

tasks(import.meta, { loop });

if (isMainThread) {
  console.log("main starts");
  const thread1 = new Thread({ target: loop, args: ["loop 1", 4] });
  const thread2 = new Thread({ target: loop, args: ["loop 2", 2] });
  thread1.start();
  thread2.start();
  // Nobody waits here. thread-join does.
  console.log("all done");
}
