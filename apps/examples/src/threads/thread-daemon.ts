// A daemon thread is cut off when the main thread ends: its last line is never printed. Whether a thread is one is said before
// `start`; a thread that a daemon makes is one too.
// Notes: 002 案例07, 003.

import { Event } from "@conc/condition";
import { currentThread, isMainThread, sleep, Thread, tasks } from "@conc/thread";

const SECOND = 100; // of the notes, shortened

function fun(halfway: Event): void {
  console.log("start fun");
  const child = new Thread();
  console.log(`made by a daemon: daemon ${child.daemon}`);
  for (let i = 0; ; i++) {
    console.log(`${currentThread().name} ${i}`);
    if (i === 2) halfway.set();
    if (i === 100) break;
    sleep(SECOND);
  }
  console.log("end fun");
}

tasks(import.meta, { fun });

if (isMainThread) {
  console.log("main thread");
  console.log(`made by the main thread: daemon ${new Thread().daemon}`);
  const halfway = new Event();
  const thread = new Thread({ target: fun, args: [halfway], name: "daemon thread" });
  thread.daemon = true;
  thread.start();
  try {
    thread.daemon = false;
  } catch (error) {
    console.log(String(error));
  }
  halfway.wait();
  console.log(`main thread ends, the daemon is alive: ${thread.isAlive}`);
}
