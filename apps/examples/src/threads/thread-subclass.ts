// A class extends `Thread` and overrides `run`, with fields of its own. The new thread gets a copy of the fields; what it changes
// in them stays there, unlike in Python. thread-industrial brings results back.
// Notes: 002 案例09, 003 FKThread, 004 §5.

import { currentThread, isMainThread, sleep, Thread, tasks } from "@conc/thread";

const SECOND = 100; // of the notes, shortened

class FKThread extends Thread {
  arg: string;
  i = 0;

  constructor(arg: string) {
    super();
    this.arg = arg;
  }

  override run(): void {
    while (this.i < 3) {
      console.log(`${currentThread().name} of ${this.arg} ${this.i}`);
      this.i++;
      sleep(SECOND / 10);
    }
    console.log(`${this.arg} is over with i ${this.i}, and is the thread itself: ${this === currentThread()}`);
  }
}

tasks(import.meta, { FKThread });

if (isMainThread) {
  const threads = [new FKThread("one"), new FKThread("two")];
  for (const thread of threads) thread.start();
  for (const thread of threads) thread.join();
  console.log(`seen from the main thread: ${threads.map(({ i }) => i).join(" and ")}`);
  console.log("main thread is over");
}
