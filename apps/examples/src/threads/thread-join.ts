// `join` waits for a thread, so the main thread's last line comes last. With a timeout it may give up; `isAlive` tells which it was.
// Notes: 002 案例05, 003 join.

import { Event } from "@conc/condition";
import { isMainThread, sleep, Thread, tasks } from "@conc/thread";

const SECOND = 100; // of the notes, shortened

function loop(name: string, seconds: number): void {
  console.log(`start ${name}`);
  sleep(seconds * SECOND);
  console.log(`end ${name}`);
}

function loopUntil(mayEnd: Event): void {
  mayEnd.wait();
}

tasks(import.meta, { loop, loopUntil });

if (isMainThread) {
  // In the midst of counting, the main thread waits for another one.
  for (let i = 0; i < 4; i++) {
    if (i === 2) {
      const thread = new Thread({ target: loop, args: ["join thread", 1] }).start();
      thread.join();
    }
    console.log(`main ${i}`);
  }

  // Python's join returns nothing, so there one has to ask isAlive; here it also says so itself.
  const mayEnd = new Event();
  const patient = new Thread({ target: loopUntil, args: [mayEnd] }).start();
  console.log(`join with a timeout: ${patient.join({ timeout: SECOND })}, alive: ${patient.isAlive}`);
  mayEnd.set();
  console.log(`join without one: ${patient.join()}, alive: ${patient.isAlive}`);

  const thread1 = new Thread({ target: loop, args: ["loop 1", 4] }).start();
  const thread2 = new Thread({ target: loop, args: ["loop 2", 2] }).start();
  thread1.join();
  thread2.join();
  console.log("all done");
}
