// Whether every thread gets its share, and how long the unluckiest wait is.

import type { Group } from "../contest/contestant.ts";
import { contendClocked, contenders, LOCK, MULTITHREADING } from "./contention.ts";

const MILLISECONDS = 400;

export function fairness(threads: number): Group {
  return {
    name: `fairness, ${threads} threads`,
    about:
      `${threads} threads want one lock for 0.4 s, and work some 0.9 µs under it; every wait is clocked. The longest wait has a part ` +
      "that no lock can help: with more threads than processors, a thread may lose its processor for some milliseconds.",
    tolerance: 1.3,
    repetitions: 5,
    contestants: contenders({ threads, milliseconds: MILLISECONDS, real: true, loop: contendClocked }),
    rows: [
      {
        number: "7",
        name: `fairness, ${threads} threads: share`,
        ours: LOCK,
        metric: "share",
        unit: "",
        marks: [{ atLeast: 0.8 }],
        meaning: "The sections of the thread that got fewest, over those of the thread that got most.",
      },
      {
        number: "7",
        name: `fairness, ${threads} threads: longest wait`,
        ours: LOCK,
        metric: "longestWait",
        unit: "ms",
        marks: [{ atMost: 30 }, { against: MULTITHREADING, atMost: 4 }],
        meaning:
          "The longest time that any thread waited for one acquire in a repetition; the median of the repetitions.",
      },
    ],
  };
}
