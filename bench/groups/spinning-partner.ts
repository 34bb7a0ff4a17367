// Waiting for a partner that answers within a fraction of a microsecond: who looks for a moment before going to sleep has the answer,
// who sleeps at once pays for the sleep and the wake-up.

import { Event } from "@conc/condition";
import { Semaphore } from "@conc/lock";
import { whyNoAffinity } from "../contest/affinity.ts";
import { type Group, sharing } from "../contest/contestant.ts";
import { rawTurns } from "../peers/raw-turns.ts";
import { eventTurns, semaphoreTurns } from "./turns.ts";

const RAW = "raw Atomics.wait and notify";
/** Polls of the reference, enough for an answer to come. */
const POLLS = 2000;

const TWO_CORES = { threads: 2, operations: 2, affinity: "two" } as const;

export const wakesBySpinning: Group = {
  name: "partner spinning, two cores",
  about:
    "As the wake-up on two cores, but the second thread never sleeps: it tries until it succeeds, and answers at once. The first uses " +
    "the blocking call. The floor is the raw wake-up, which sleeps each time; the raw one that polls shows what can be had.",
  tolerance: 1.3,
  absent: whyNoAffinity("two"),
  contestants: [
    rawTurns(RAW, "two", 0),
    { ...rawTurns(`raw, ${POLLS} polls first`, "two", POLLS), role: "peer" },
    sharing({
      ...TWO_CORES,
      name: "Event",
      role: "ours",
      share: () => ({ a: new Event(), b: new Event() }),
      prepare: ({ index, shared: { a, b } }) =>
        index === 0
          ? eventTurns(0, a, b)
          : (times) => {
              for (let time = 0; time < times; time++) {
                while (!a.isSet);
                a.clear();
                b.set();
              }
            },
    }),
    sharing({
      ...TWO_CORES,
      name: "Semaphore",
      role: "ours",
      share: () => ({ a: new Semaphore(0), b: new Semaphore(0) }),
      prepare: ({ index, shared: { a, b } }) =>
        index === 0
          ? semaphoreTurns(0, a, b)
          : (times) => {
              for (let time = 0; time < times; time++) {
                while (!a.tryAcquire());
                b.release();
              }
            },
    }),
  ],
  rows: ["Event", "Semaphore"].map((primitive) => ({
    number: "10",
    name: `${primitive}, partner spinning`,
    ours: primitive,
    unit: "µs",
    marks: [{ against: RAW, atMost: 0.1 }],
    meaning: "One way, as half of a round trip.",
  })),
};
