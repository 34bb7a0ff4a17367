// Two threads that meet at a barrier, round after round.

import { Barrier } from "@conc/barrier";
import type { AffinityPlan } from "../contest/affinity.ts";
import { type Contestant, type Group, type Mark, type Role, type Run, sharing } from "../contest/contestant.ts";
import { whyNoPython } from "../contest/python.ts";
import { MULTITHREADING_NEEDS, multithreadingBarrier, multithreadingBarrierBuffer } from "../peers/multithreading.ts";
import { BARRIER_WORDS, RawBarrier } from "../peers/raw-barrier.ts";
import { sharedWords } from "../peers/raw-futex.ts";
import { PLACES, pinned } from "./pinned.ts";

const PARTIES = 2;
const RAW = "bare barrier";
const PEER = "multithreading Barrier";
const PYTHON = "CPython Barrier";
/** Polls of the reference: enough for a partner that is on its way. */
const POLLS = 2000;
const RAW_POLLING = `bare barrier, ${POLLS} polls first`;

/** On one processor, where each round is a change of threads; or on two, where the partner comes at once and may be polled for. */
export function barriers(affinity: AffinityPlan): Group {
  const two = affinity === "two";
  return {
    ...pinned("barrier", affinity, {
      same: "Two threads on one processor meet at a barrier; time of a round, which is a change of threads.",
      two:
        "Two threads, each on a processor of its own, meet at a barrier and do nothing else; time of a round. The partner is on its way " +
        "all the time: who looks for a moment before going to sleep has it there.",
    }),
    contestants: [
      raw(RAW, "floor", affinity, 0),
      raw(RAW_POLLING, two ? "floor" : "peer", affinity, POLLS),
      sharing({
        ...threads(affinity),
        name: "Barrier",
        role: "ours",
        share: () => ({ barrier: new Barrier(PARTIES) }),
        prepare: ({ shared: { barrier } }) => rounds(barrier),
      }),
      sharing({
        ...threads(affinity),
        name: PEER,
        role: "peer",
        needs: MULTITHREADING_NEEDS,
        share: () => ({ buffer: multithreadingBarrierBuffer(PARTIES) }),
        prepare: async ({ shared: { buffer } }) => rounds(await multithreadingBarrier(buffer)),
      }),
      { ...threads(affinity), name: PYTHON, role: "CPython", absent: whyNoPython(), python: { name: "barrier" } },
    ],
    rows: [
      {
        number: "11",
        name: `Barrier, ${PLACES[affinity]}`,
        ours: "Barrier",
        unit: "µs",
        marks: two ? twoMarks : sameMarks,
        meaning: "One round of two parties.",
      },
    ],
  };
}

/** Nine tenths as many rounds as the reference has. */
const NEAR_REFERENCE = 1.11;
const sameMarks: readonly Mark[] = [
  { against: RAW, atMost: NEAR_REFERENCE },
  { against: PEER, atLeast: 0.95 },
  { against: PYTHON, atLeast: 1.6 },
];
const twoMarks: readonly Mark[] = [
  { against: RAW_POLLING, atMost: NEAR_REFERENCE },
  { against: PEER, atLeast: 10 },
  { against: PYTHON, atLeast: 1.6 },
];

function threads(affinity: AffinityPlan): { threads: number; affinity: AffinityPlan } {
  return { threads: PARTIES, affinity };
}

function raw(name: string, role: Role, affinity: AffinityPlan, polls: number): Contestant {
  return sharing({
    ...threads(affinity),
    ...{ name, role },
    share: () => ({ words: sharedWords(BARRIER_WORDS) }),
    prepare: ({ shared: { words } }) => rounds(new RawBarrier(words, PARTIES, polls)),
  });
}

function rounds(barrier: { wait(): unknown }): Run {
  return (times) => {
    for (let time = 0; time < times; time++) barrier.wait();
  };
}
