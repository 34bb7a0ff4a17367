// A beginner's mistake: the thread imports this module too, and would start the next one.

import { isMainThread, Thread, tasks } from "@conc/thread";

function work(): void {
  console.log("never comes so far");
}

tasks(import.meta, { work });

const thread = new Thread({ target: work, name: "one too many" }).start();
if (isMainThread) console.log(thread.join());
