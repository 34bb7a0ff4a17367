// All of a round pass, or none: in all interleavings, whatever breaks it, and when a party dies at any of its steps.

import { AtomicInt32, type WaitAsync } from "@conc/atomics";
import { Barrier, BrokenBarrierError } from "@conc/barrier";
import { tasks } from "@conc/thread";
import { describe, expect } from "vitest";
import type { AgentOptions, Bounds, Program } from "../../src/index.ts";
import { aborted, holds, undertaker } from "./holds.ts";

interface Meeting {
  readonly barrier: Barrier;
  readonly before: AtomicInt32;
}

type Results = Readonly<Record<string, unknown>>;

const BROKEN = -1;

/** What becomes of who is refused. */
function refused(error: unknown): number {
  if (!(error instanceof BrokenBarrierError)) throw error;
  return BROKEN;
}

/** Waits once, if need be for so long: the index, or BROKEN if the barrier is; nobody goes on before all have come. */
const waitFor =
  (timeout?: number): Program<Meeting> =>
  ({ barrier, before }) => {
    before.add(1);
    try {
      const index = barrier.wait({ timeout });
      expect(before.load()).toBeGreaterThanOrEqual(barrier.parties);
      return index;
    } catch (error) {
      return refused(error);
    }
  };
const waitForAsync =
  (options?: WaitAsync): Program<Meeting> =>
  async ({ barrier, before }) => {
    before.add(1);
    try {
      const index = await barrier.waitAsync(options);
      expect(before.load()).toBeGreaterThanOrEqual(barrier.parties);
      return index;
    } catch (error) {
      return refused(error);
    }
  };
const meet = waitFor();
const meetAsync = waitForAsync();
const meetInTime = waitFor(5);
const meetInTimeAsync = waitForAsync({ timeout: 5 });
const meetOrAbort: Program<Meeting> = async (meeting, self) =>
  (await aborted(async (signal) => waitForAsync({ signal })(meeting, self) as Promise<number>)) ?? BROKEN;
const meetTwice: Program<Meeting> = ({ barrier, before }) => {
  before.add(1);
  const first = barrier.wait();
  expect(before.add(1)).toBeGreaterThanOrEqual(barrier.parties);
  const second = barrier.wait();
  expect(before.load()).toBe(2 * barrier.parties);
  return [first, second];
};
const meetTwiceAsync: Program<Meeting> = async ({ barrier, before }) => {
  before.add(1);
  const first = await barrier.waitAsync();
  before.add(1);
  const second = await barrier.waitAsync();
  expect(before.load()).toBe(2 * barrier.parties);
  return [first, second];
};
const abort: Program<Meeting> = ({ barrier }) => barrier.abort();
const reset: Program<Meeting> = ({ barrier }) => barrier.reset();

type Check = (meeting: Meeting, results: Results) => void;

interface Setting extends Bounds {
  /** How many have to arrive; two if left out. */
  readonly parties?: number;
  readonly action?: () => void;
}

/** That agents who share a barrier end well. */
function endsWell(
  name: string,
  agents: Readonly<Record<string, Program<Meeting> | AgentOptions<Meeting>>>,
  check: Check,
  { parties = 2, action, ...bounds }: Setting = {},
): void {
  const share = (): Meeting => ({ barrier: new Barrier(parties, { action }), before: new AtomicInt32(0) });
  holds(`Barrier: ${name}`, { share, agents, check }, bounds);
}

/** All have passed, each with an index of its own, and the barrier is as new. */
const allPassed: Check = ({ barrier }, results) => {
  const indexes = Object.values(results).filter((result) => typeof result === "number");
  expect(indexes.sort()).toEqual([...new Array(indexes.length).keys()]);
  expect([barrier.waiting, barrier.broken]).toEqual([0, false]);
};

/** Of those who waited in one round all have passed, or none; in which case the barrier is broken. */
const allOrNone: Check = ({ barrier }, results) => {
  const outcomes = Object.values(results).filter((result) => typeof result === "number");
  const passed = outcomes.filter((result) => result !== BROKEN);
  expect([0, barrier.parties]).toContain(passed.length);
  expect(new Set(passed).size).toBe(passed.length);
  if (passed.length === 0) expect([barrier.broken, barrier.waiting]).toEqual([true, 0]);
};

/** A and B have passed together, or neither has. */
const bothOrNone: Check = (_meeting, { A, B }) => {
  expect([
    [0, 1],
    [BROKEN, BROKEN],
  ]).toContainEqual([A, B].sort());
};

describe("a barrier", () => {
  endsWell("two threads", { A: meet, B: meet }, allPassed);
  endsWell("a thread and a task", { A: meet, B: meetAsync }, allPassed);
  endsWell("three threads", { A: meet, B: meet, C: meet }, allPassed, { parties: 3, preemptions: 2 });
  const three = { A: meetAsync, B: meetAsync, C: meet };
  endsWell("two tasks and a thread", three, allPassed, { parties: 3, preemptions: 2 });

  const twice: Check = (_meeting, { A, B }) => {
    const [a, b] = [A as number[], B as number[]];
    for (const round of [0, 1]) expect([a[round], b[round]].sort()).toEqual([0, 1]);
  };
  const threads = { A: meetTwice, B: meetTwice };
  endsWell("two rounds", threads, twice, { preemptions: 4 });
  endsWell("two rounds of a thread and a task", { A: meetTwice, B: meetTwiceAsync }, twice, { preemptions: 3 });
  endsWell("two rounds, plain accesses too", threads, twice, { preemptions: 2, plain: true });
});

describe("a barrier that breaks", () => {
  const inTime = { A: meetInTime, B: meet };
  endsWell("BR-033 time runs out as the last one comes", inTime, allOrNone, { preemptions: 4 });
  endsWell("BR-033 time runs out, of a task", { A: meetInTimeAsync, B: meet }, allOrNone, { preemptions: 3 });
  endsWell("both have little time", { A: meetInTime, B: meetInTimeAsync }, allOrNone, { preemptions: 3 });
  const abortable = { A: meetOrAbort, B: meet };
  endsWell("a task is aborted as the last one comes", abortable, allOrNone, { preemptions: 3 });
  // Who aborts, aborts it also when all have passed.
  endsWell(
    "abort",
    { A: meet, B: meet, C: abort },
    (meeting, results) => {
      bothOrNone(meeting, results);
      expect(meeting.barrier.broken).toBe(true);
    },
    { preemptions: 2 },
  );
  // Whoever was not refused by the reset may wait for one who does not come.
  endsWell(
    "BR-045 BR-046 reset, as others come and time runs out",
    { A: meetInTime, B: meetInTime, C: reset },
    ({ barrier }, { A, B }) => {
      expect([A, B]).toEqual([BROKEN, BROKEN]);
      expect(barrier.waiting).toBe(0);
    },
    { parties: 3, preemptions: 2 },
  );
  endsWell(
    "reset, in the middle of a round",
    { A: meetInTime, B: meetInTimeAsync, C: reset },
    (meeting, results) => {
      bothOrNone(meeting, results);
      expect(meeting.barrier.waiting).toBe(0);
    },
    { preemptions: 1 },
  );
});

function act(): void {}
async function actAsync(): Promise<void> {
  await undefined;
}
tasks(import.meta, { act, actAsync });

describe("a barrier with an action", () => {
  endsWell("action", { A: meet, B: meetAsync }, allPassed, { action: act, preemptions: 4 });
  const hasty = { A: meetInTime, B: meet };
  endsWell("action, time runs out meanwhile", hasty, allOrNone, { action: act, preemptions: 3 });
  const hastyTasks = { A: meetInTimeAsync, B: meetInTimeAsync };
  endsWell("async action, time runs out meanwhile", hastyTasks, allOrNone, { action: actAsync, preemptions: 3 });
  const abortable = { A: meetOrAbort, B: meetAsync };
  endsWell("async action, aborted meanwhile", abortable, allOrNone, { action: actAsync, preemptions: 2 });

  // Two of three pass, in one round; the third one stays alone, at the door or inside, until its time has run out.
  const twoOrNone: Check = ({ barrier }, results) => {
    const passed = Object.values(results).filter((result) => result !== BROKEN);
    expect([[], [0, 1]]).toContainEqual(passed.sort());
    expect([barrier.broken, barrier.waiting]).toEqual([true, 0]);
  };
  endsWell(
    "BR-017 one more than are needed, while an action runs",
    { A: meetInTime, B: meetInTime, C: meetInTime },
    twoOrNone,
    { action: act, preemptions: 1 },
  );
  endsWell(
    "BR-017 one task more than are needed, while an action runs",
    { A: meetInTimeAsync, B: meetInTimeAsync, C: meetInTimeAsync },
    twoOrNone,
    { action: actAsync, preemptions: 0 },
  );
});

describe("a party of a barrier dies", () => {
  const U = undertaker<Meeting>("A");
  const A = { run: meet, mortal: true };
  /** Nobody passes without all having arrived; nobody waits for ever; who is left may be the one that was missing. */
  const survived =
    (...survivors: string[]): Check =>
    ({ barrier }, results) => {
      const outcomes = survivors.map((name) => results[name]);
      if (outcomes.some((result) => result !== BROKEN)) expect(outcomes).not.toContain(BROKEN);
      expect(barrier.waiting).toBe(0);
    };
  // The dead may not have arrived: then who is left waits until his time runs out.
  const hasty = waitFor(50);
  const hastyAsync = waitForAsync({ timeout: 50 });
  endsWell("a thread dies", { A, B: hasty, U }, survived("B"), { preemptions: 2 });
  endsWell("a thread dies, a task waits", { A, B: hastyAsync, U }, survived("B"), { preemptions: 2 });
  const task = { run: meetAsync, mortal: true };
  endsWell("a task dies", { A: task, B: hasty, U }, survived("B"), { preemptions: 2 });
  endsWell("one of three dies", { A, B: hasty, C: hasty, U }, survived("B", "C"), { parties: 3, preemptions: 1 });
  endsWell("a thread dies, plain accesses too", { A, B: hasty, U }, survived("B"), { preemptions: 1, plain: true });
  const both = { A, B: hasty, C: hastyAsync, U };
  endsWell("who lets a thread and a task go dies", both, survived("B", "C"), { parties: 3, preemptions: 1 });
  endsWell("who runs the action dies", { A, B: hasty, U }, survived("B"), { action: act, preemptions: 1 });
  endsWell(
    "a task that runs the action dies, and others stand at the door",
    { A: { run: hastyAsync, mortal: true }, B: hastyAsync, C: hastyAsync, U },
    ({ barrier }, results) => {
      // One may have passed together with the dead.
      const passed = Object.values(results).filter((result) => result !== undefined && result !== BROKEN);
      expect(new Set(passed).size).toBe(passed.length);
      expect(barrier.waiting).toBe(0);
    },
    { action: actAsync, preemptions: 0 },
  );

  /** Clears up after A, and then sees to it that nobody waits any more. */
  const undertakerWho = (...acts: Program<Meeting>[]): AgentOptions<Meeting> => ({
    ...U,
    run: (meeting, self) => [U.run, ...acts].map((run) => run(meeting, self)),
  });
  const nobodyWaits: Check = ({ barrier }) => expect(barrier.waiting).toBe(0);
  const late: AgentOptions<Meeting> = {
    ...U,
    run: (meeting, self) => {
      U.run(meeting, self);
      return hasty(meeting, self);
    },
  };
  for (const [who, run] of Object.entries({ thread: meetInTime, task: meetInTimeAsync })) {
    endsWell(
      `nobody passes together with a ${who} that was dead before`,
      { A: { run, mortal: true }, U: late },
      (_meeting, { U: outcome }) => expect([undefined, BROKEN]).toContain(outcome),
      { preemptions: 2 },
    );
  }

  const aborts = { run: abort, mortal: true };
  endsWell("who aborts dies", { A: aborts, B: meet, U: undertakerWho(abort) }, nobodyWaits, { preemptions: 2 });
  const resets = { run: reset, mortal: true };
  endsWell("who resets dies", { A: resets, B: hasty, U: undertakerWho(reset, abort) }, nobodyWaits, { preemptions: 1 });
});
