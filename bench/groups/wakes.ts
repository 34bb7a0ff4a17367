// Two threads by turns: each wakes the other and goes to sleep.

import { Condition, Event } from "@conc/condition";
import { Semaphore } from "@conc/lock";
import type { AffinityPlan } from "../contest/affinity.ts";
import { type Contestant, type Group, type Mark, type Row, sharing } from "../contest/contestant.ts";
import { whyNoPython } from "../contest/python.ts";
import {
  MULTITHREADING_NEEDS,
  multithreadingBuffer,
  multithreadingCondition,
  multithreadingSemaphore,
} from "../peers/multithreading.ts";
import { sharedWords } from "../peers/raw-futex.ts";
import { rawTurns } from "../peers/raw-turns.ts";
import { PLACES, pinned } from "./pinned.ts";
import { conditionTurns, eventTurns, semaphoreTurns } from "./turns.ts";

const RAW = "raw Atomics.wait and notify";
const PEER_SEMAPHORE = "multithreading Semaphore";
const PEER_CONDITION = "multithreading Mutex and Condvar";
const PRIMITIVES = ["Event", "Semaphore", "Condition"] as const;

/** On one processor, where a wake-up is a change of threads; or on two, where the sleeper's has to be roused. */
export function wakes(affinity: AffinityPlan): Group {
  return {
    ...pinned("wake-up", affinity, {
      same:
        "Two threads on one processor wake each other by turns; time one way. Here one sees what a primitive adds to the system's own " +
        "change of threads.",
      two:
        "Two threads, each on a processor of its own, wake each other by turns; time one way. Rousing a processor that has gone to " +
        "sleep sets the price, whatever is built on it: only who does not sleep is faster.",
    }),
    contestants: [rawTurns(RAW, affinity, 0), ...ours(affinity), ...peers(affinity), ...pythons(affinity)],
    rows: PRIMITIVES.map((primitive) => row(primitive, affinity)),
  };
}

/** A round trip is two operations: what is measured is one way. */
function turns(affinity: AffinityPlan): { threads: number; operations: number; affinity: AffinityPlan } {
  return { threads: 2, operations: 2, affinity };
}

function ours(affinity: AffinityPlan): Contestant[] {
  return [
    sharing({
      ...turns(affinity),
      name: "Event",
      role: "ours",
      share: () => ({ a: new Event(), b: new Event() }),
      prepare: ({ index, shared: { a, b } }) => eventTurns(index, a, b),
    }),
    sharing({
      ...turns(affinity),
      name: "Semaphore",
      role: "ours",
      share: () => ({ a: new Semaphore(0), b: new Semaphore(0) }),
      prepare: ({ index, shared: { a, b } }) => semaphoreTurns(index, a, b),
    }),
    sharing({
      ...turns(affinity),
      name: "Condition",
      role: "ours",
      share: () => ({ condition: new Condition(), turn: sharedWords(1) }),
      prepare: ({ index, shared: { condition, turn } }) => conditionTurns(index, condition, turn),
    }),
  ];
}

function peers(affinity: AffinityPlan): Contestant[] {
  return [
    sharing({
      ...turns(affinity),
      name: PEER_SEMAPHORE,
      role: "peer",
      needs: MULTITHREADING_NEEDS,
      share: () => ({ a: multithreadingBuffer(), b: multithreadingBuffer() }),
      prepare: async ({ index, shared: { a, b } }) =>
        semaphoreTurns(index, await multithreadingSemaphore(a), await multithreadingSemaphore(b)),
    }),
    sharing({
      ...turns(affinity),
      name: PEER_CONDITION,
      role: "peer",
      needs: MULTITHREADING_NEEDS,
      share: () => ({ mutex: multithreadingBuffer(), condvar: multithreadingBuffer(), turn: sharedWords(1) }),
      prepare: async ({ index, shared: { mutex, condvar, turn } }) =>
        conditionTurns(index, await multithreadingCondition(mutex, condvar), turn),
    }),
  ];
}

function pythons(affinity: AffinityPlan): Contestant[] {
  const rows = { Event: "event", Semaphore: "semaphore_wake", Condition: "condition" };
  return PRIMITIVES.map((primitive) => ({
    ...turns(affinity),
    name: `CPython ${primitive}`,
    role: "CPython",
    absent: whyNoPython(),
    python: { name: rows[primitive] },
  }));
}

function row(primitive: (typeof PRIMITIVES)[number], affinity: AffinityPlan): Row {
  const condition = primitive === "Condition";
  const peer = condition ? PEER_CONDITION : PEER_SEMAPHORE;
  const python = `CPython ${primitive}`;
  const marks: Mark[] =
    affinity === "two"
      ? [{ against: RAW, atMost: 1.15 }, { against: peer }, { against: python }]
      : condition
        ? [
            { against: RAW, atMost: 1.35 },
            { against: peer, atLeast: 2 },
            { against: python, atLeast: 1.1 },
          ]
        : [
            { against: RAW, atMost: 1.25 },
            { against: peer, atLeast: 1.3 },
            { against: python, atLeast: 1.8 },
          ];
  return {
    number: affinity === "two" ? "10" : condition ? "9" : "8",
    name: `${primitive}, ${PLACES[affinity]}`,
    ours: primitive,
    unit: "µs",
    marks,
    meaning: MEANINGS[primitive],
  };
}

const MEANINGS = {
  Event: "Two events: each side sets the other's, waits for its own, clears it.",
  Semaphore: "Two semaphores without permits: each side releases the other's and acquires its own.",
  Condition:
    "One condition and a word that says whose turn it is: acquire, wait for the turn, pass it on, notify, release.",
};
