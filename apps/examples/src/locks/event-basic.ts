// Two threads wait for an event. After three seconds the main thread sets it, and both go on.
// Notes: 003 Ai/Bi, 004.

import { Event } from "@conc/condition";
import { currentThread, isMainThread, sleep, Thread, tasks } from "@conc/thread";

const SECOND = 100; // of the notes, shortened

function cal(name: string, event: Event): void {
  console.log(`${currentThread().name} starts`);
  console.log(`${name} waits`);
  event.wait();
  console.log(`${currentThread().name} got the message`);
  console.log(`${name} goes on`);
}

tasks(import.meta, { cal });

if (isMainThread) {
  const event = new Event();
  const threads = ["Ai", "Bi"].map((name) => new Thread({ target: cal, args: [name, event] }).start());
  while (threads.some(({ state }) => state !== "blocked")) sleep(1); // until both wait
  sleep(3 * SECOND);
  console.log("=====");
  console.log("main thread sets the event");
  event.set();
  for (const thread of threads) thread.join();
}
