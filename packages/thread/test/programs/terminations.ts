// Threads that are terminated while they make, take and give back primitives without end.

import { Event } from "@conc/condition";
import { Lock, Semaphore } from "@conc/lock";
import { isMainThread, Thread, tasks } from "@conc/thread";

const ROUNDS = 20;

function hammers(up: Event): void {
  up.set();
  for (;;) {
    new Lock().acquire();
    new Event().wait({ timeout: 0 });
    new Semaphore(0).acquire({ timeout: 0.01 });
  }
}

tasks(import.meta, { hammers });

if (isMainThread) {
  for (let round = 0; round < ROUNDS; round++) {
    const ups = Array.from({ length: 4 }, () => new Event());
    const threads = ups.map((up) => new Thread({ target: hammers, args: [up] }).start());
    for (const up of ups) up.wait();
    await new Promise((resolve) => setTimeout(resolve, round % 10));
    await Promise.all(threads.map((thread) => thread.terminate()));
    new Lock().acquire();
    new Thread().start().join();
  }
  console.log("main ends");
}
