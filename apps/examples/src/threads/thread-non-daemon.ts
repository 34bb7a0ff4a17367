// The main thread ends first; the program goes on until the other thread, which is no daemon, has ended as well.
// Notes: 002 案例06.

import { isMainThread, sleep, Thread, tasks } from "@conc/thread";

const SECOND = 100; // of the notes, shortened

function fun(): void {
  console.log("start fun");
  sleep(4 * SECOND);
  console.log("end fun");
}

tasks(import.meta, { fun });

if (isMainThread) {
  console.log("main thread");
  const thread = new Thread({ target: fun }).start();
  console.log(`main thread ends, daemon: ${thread.daemon}`);
  process.on("exit", () => console.log("the program ends"));
}
