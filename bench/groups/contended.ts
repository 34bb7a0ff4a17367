// Threads that do nothing but want one lock: how many sections they get through together.

import type { Contestant, Group, Mark, Row } from "../contest/contestant.ts";
import { whyNoPython } from "../contest/python.ts";
import {
  type ContentionPlan,
  contend,
  contenders,
  FUTEX,
  LOCK,
  MULTITHREADING,
  SPIN,
  sectionsAlone,
  turns,
} from "./contention.ts";

const MILLISECONDS = 120;
const ALONE = "the sections alone, one thread";

/** Threads, and what they do under the lock: hardly anything, or some 0.9 µs of work. */
export function contended(threads: 2 | 4, section: "empty" | "real"): Group {
  const real = section === "real";
  const plan: ContentionPlan = { threads, milliseconds: MILLISECONDS, real, loop: contend };
  return {
    name: `contended, ${threads} threads, ${real ? "0.9 µs" : "empty"} section`,
    about: real
      ? `${threads} threads and one lock, under which each works for some 0.9 µs. The floor is one thread that does the same sections ` +
        "without a lock: sections can not overlap, so nothing gets through more. All totals are checked."
      : `${threads} threads and one lock, under which each adds 1 to a plain number. The floor is the bare lock that sleeps at once: ` +
        "the one that sleeps leaves the lock to the other, and so fewer exchanges between processors are needed. All totals are checked.",
    tolerance: 1.3,
    repetitions: 7,
    contestants: real ? [alone(plan), ...contenders(plan)] : [...contenders(plan), ...pythons(threads)],
    rows: [real ? realRow(threads) : emptyRow(threads)],
  };
}

function alone(plan: ContentionPlan): Contestant {
  return {
    name: ALONE,
    role: "floor",
    milliseconds: MILLISECONDS,
    prepare: (setup) => () => sectionsAlone(setup, turns(plan, setup)),
  };
}

function pythons(threads: number): Contestant[] {
  return ["Lock", "RLock"].map((kind) => ({
    name: `CPython ${kind}`,
    role: "CPython",
    absent: whyNoPython(),
    threads,
    milliseconds: MILLISECONDS,
    python: { name: "contend", args: { kind } },
  }));
}

function emptyRow(threads: number): Row {
  const marks: Mark[] = [
    { against: FUTEX, atLeast: 0.55 },
    { against: MULTITHREADING, atLeast: 1.4 },
    { against: "CPython Lock", atLeast: 4 },
  ];
  return {
    number: "5",
    name: `Lock, ${threads} threads, empty section`,
    ours: LOCK,
    unit: "M/s",
    marks,
    meaning: "Sections per second of all threads together.",
  };
}

function realRow(threads: 2 | 4): Row {
  const marks: Mark[] = [
    { against: ALONE, atLeast: threads === 2 ? 0.8 : 0.7 },
    { against: MULTITHREADING, atLeast: threads === 2 ? 1.8 : 2.5 },
    { against: SPIN, atLeast: threads === 2 ? 0.9 : 1.4 },
  ];
  return {
    number: "6",
    name: `Lock, ${threads} threads, 0.9 µs section`,
    ours: LOCK,
    unit: "M/s",
    marks,
    meaning: "Sections per second of all threads together.",
  };
}
