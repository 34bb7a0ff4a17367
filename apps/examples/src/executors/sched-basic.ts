// Three events with different delays and priorities. The scheduler runs them in the order of their times; at the same time the lower
// priority comes first. `run` comes back when all have run.
// Notes: 003.

import { Scheduler } from "@conc/sched";

const SECOND = 40; // of the notes, shortened

const start = performance.now();
const scheduler = new Scheduler();

function printTime(name = "default"): void {
  console.log(`${name}: after ${Math.round(performance.now() - start)} ms`);
}

console.log("main begins");
scheduler.enter(10 * SECOND, 1, printTime);
scheduler.enter(3 * SECOND, 2, printTime, ["with an argument"]);
const soon = scheduler.enter(5 * SECOND, 2, printTime, ["priority 2"]);
scheduler.enterAbs(soon.time, 1, printTime, ["priority 1, at the same time"]);
scheduler.run();
console.log("main ends");
