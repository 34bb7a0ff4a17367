// Many events: entered, half of them cancelled, the others run.

import { type ScheduledEvent, Scheduler } from "@conc/sched";
import { Cron } from "croner";
import { now } from "../contest/clock.ts";
import type { Contestant, Group, Run } from "../contest/contestant.ts";
import { whyNoPython } from "../contest/python.ts";

const EVENTS = 100_000;
/** Of those of croner, which take so much longer that all of them would count as hung. */
const JOBS = 1000;
const OURS = "Scheduler";
const TIMERS = "setTimeout and clearTimeout";
const PEER = "croner, jobs that run once";
const PYTHON = "CPython sched";

/** Times that are neither in order nor all different. */
const times = Array.from({ length: EVENTS }, (_, index) => (Math.imul(index, 2_654_435_761) >>> 0) % 50_000);

let ran = 0;
function act(): void {
  ran++;
}

/** Enters all, cancels every other one, and runs the rest on a clock that jumps. */
function schedule(): void {
  let clock = 0;
  const scheduler = new Scheduler({
    timefunc: () => clock,
    delayfunc: (delay) => {
      clock += delay;
    },
  });
  const events = times.map((time) => scheduler.enterAbs(time, 1, act));
  for (let index = 0; index < EVENTS; index += 2) scheduler.cancel(events[index] as ScheduledEvent);
  ran = 0;
  scheduler.run();
  if (ran !== EVENTS / 2) throw new Error(`${ran} events ran`);
}

/** As far as it can be done without waiting for the real times: all are entered and cancelled. */
function enterAndCancel(enter: (time: number) => { stop(): void }, events = EVENTS): Run {
  const some = times.slice(0, events);
  return () => {
    const start = now();
    const jobs = some.map(enter);
    for (const job of jobs) job.stop();
    return now() - start;
  };
}

const ONCE = { threads: 1, times: 1, operations: EVENTS } as const;

function contestant(name: string, role: Contestant["role"], run: Run): Contestant {
  return { ...ONCE, name, role, prepare: () => run };
}

export const scheduling: Group = {
  name: "scheduling",
  about:
    `${EVENTS} events at times in disorder; time for each. Ours are entered, half of them are cancelled, and the others run on a clock that ` +
    "jumps to the next one. Of CPython's only 20 are cancelled, for each cancel goes through the whole queue. The timers of the platform, and " +
    "jobs of croner on top of them, can not run that way: theirs are entered and all cancelled, which is less; " +
    `of croner's there are ${JOBS}.`,
  tolerance: 1.15,
  repetitions: 5,
  contestants: [
    contestant(OURS, "ours", schedule),
    contestant(
      TIMERS,
      "peer",
      enterAndCancel((time) => {
        const timer = setTimeout(act, 3_600_000 + time);
        return { stop: () => clearTimeout(timer) };
      }),
    ),
    {
      ...contestant(
        PEER,
        "peer",
        enterAndCancel((time) => new Cron(new Date(Date.now() + 3_600_000 + time), act), JOBS),
      ),
      operations: JOBS,
    },
    {
      ...ONCE,
      name: PYTHON,
      role: "CPython",
      absent: whyNoPython(),
      python: { name: "scheduling", args: { events: EVENTS } },
    },
  ],
  rows: [
    {
      number: "",
      name: `${EVENTS} events`,
      ours: OURS,
      unit: "ns",
      marks: [{ against: PEER, atLeast: 2 }, { against: PYTHON, atLeast: 1 }, { against: TIMERS }],
      meaning: "Entering, cancelling every other one and running the rest, divided by the number of events.",
    },
  ],
};
