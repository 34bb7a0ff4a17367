// The rest of a scheduler: `queue` and `empty`, `cancel`, `enterAbs`, and `run` without blocking. Its clock is one that the program sets,
// so that it does not have to wait.
// Notes: 003.

import { InvalidStateError } from "@conc/atomics";
import { Scheduler } from "@conc/sched";

let now = 0;
const scheduler = new Scheduler({
  timefunc: () => now,
  delayfunc: (delay) => {
    now += delay;
  },
});

function work(name: string): void {
  console.log(`at ${now}: ${name}`);
}

function show(): void {
  const events = scheduler.queue.map(({ time, args }) => `${args[0]} at ${time}`);
  console.log(`empty: ${scheduler.empty}; queue: ${events.join(", ") || "-"}`);
}

show();
scheduler.enterAbs(30, 1, work, ["c"]);
const b = scheduler.enter(20, 1, work, ["b"]);
scheduler.enter(10, 1, work, ["a"]);
show();

scheduler.cancel(b);
console.log("b is cancelled");
show();
try {
  scheduler.cancel(b);
} catch (error) {
  if (!(error instanceof InvalidStateError)) throw error;
  console.log(`once more: ${error.name}`);
}

now = 12;
const left = scheduler.run({ blocking: false });
console.log(`without blocking: ${left} until the next`);
show();
scheduler.run();
show();
