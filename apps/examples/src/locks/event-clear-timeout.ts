// An event is a flag: `set`, `clear`, `isSet`. `wait` with a timeout says whether the flag was set in time; its time is the longest
// it takes, not the time it always takes.
// Notes: 000, 001.

import { Event } from "@conc/condition";
import { isMainThread, sleep, Thread, tasks } from "@conc/thread";

const SECOND = 100; // of the notes, shortened

function setLater(event: Event): void {
  sleep(SECOND);
  event.set();
}

tasks(import.meta, { setLater });

function wait(event: Event, seconds: number): void {
  const start = performance.now();
  const answer = event.wait({ timeout: seconds * SECOND });
  console.log(`wait up to ${seconds * SECOND} ms: ${answer} after ${Math.round(performance.now() - start)} ms`);
}

if (isMainThread) {
  const event = new Event();
  console.log(`new: isSet ${event.isSet}`);
  wait(event, 2);

  event.set();
  console.log(`set: isSet ${event.isSet}`);
  wait(event, 2);

  event.clear();
  console.log(`cleared: isSet ${event.isSet}`);
  wait(event, 2);

  console.log("another thread will set it");
  new Thread({ target: setLater, args: [event] }).start();
  wait(event, 100);
}
