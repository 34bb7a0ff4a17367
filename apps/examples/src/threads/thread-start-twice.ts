// A thread can be started once: a second `start` throws, and a dead thread stays dead. `isAlive` is false, true, false.
// Notes: 003.

import { Event } from "@conc/condition";
import { currentThread, isMainThread, Thread, tasks } from "@conc/thread";

function action(max: number, mayEnd: Event): void {
  for (let i = 0; i < max; i++) console.log(`${currentThread().name} ${i}`);
  mayEnd.wait();
}

tasks(import.meta, { action });

function tryToStart(thread: Thread): void {
  try {
    thread.start();
  } catch (error) {
    console.log(`start again: ${error}`);
  }
}

if (isMainThread) {
  const mayEnd = new Event();
  const sd = new Thread({ target: action, args: [3, mayEnd], name: "sd" });
  console.log(`new: alive ${sd.isAlive}`);
  sd.start();
  console.log(`started: alive ${sd.isAlive}`);
  tryToStart(sd);
  mayEnd.set();
  sd.join();
  console.log(`dead: alive ${sd.isAlive}`);
  tryToStart(sd);
}
