// All of a round pass, or none: in all interleavings, whatever breaks it, and when a party dies at any of its steps.

import { AtomicInt32, type WaitAsync } from "@conc/atomics";
import { Barrier, BrokenBarrierError } from "@conc/barrier";
import { tasks } from "@conc/thread";
import { describe, expect } from "vitest";
import type { Program } from "../../src/index.ts";
import { aborted, holds, undertaker } from "./holds.ts";

interface Meeting {
  readonly barrier: Barrier;
  readonly before: AtomicInt32;
}

type Results = Readonly<Record<string, unknown>>;

const BROKEN = -1;

/** The index; BROKEN if the barrier is. */
function outcome(wait: () => number): number {
  try {
    return wait();
  } catch (error) {
    if (!(error instanceof BrokenBarrierError)) throw error;
    return BROKEN;
  }
}

async function outcomeAsync(wait: () => Promise<number>): Promise<number> {
  try {
    return await wait();
  } catch (error) {
    if (!(error instanceof BrokenBarrierError)) throw error;
    return BROKEN;
  }
}

const share = (parties: number, action?: () => void) => (): Meeting => ({
  barrier: new Barrier(parties, { action }),
  before: new AtomicInt32(0),
});

/** Waits once, if need be for so long; nobody goes on before all have come. */
const waitFor =
  (timeout?: number): Program<Meeting> =>
  ({ barrier, before }) => {
    before.add(1);
    const index = outcome(() => barrier.wait({ timeout }));
    if (index !== BROKEN) expect(before.load()).toBeGreaterThanOrEqual(barrier.parties);
    return index;
  };
const waitForAsync =
  (options?: WaitAsync): Program<Meeting> =>
  async ({ barrier, before }) => {
    before.add(1);
    const index = await outcomeAsync(() => barrier.waitAsync(options));
    if (index !== BROKEN) expect(before.load()).toBeGreaterThanOrEqual(barrier.parties);
    return index;
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
  const seen = before.add(1);
  expect(seen).toBeGreaterThanOrEqual(barrier.parties);
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

/** All have passed, each with an index of its own, and the barrier is as new. */
function allPassed({ barrier }: Meeting, results: Results): void {
  const indexes = Object.values(results).filter((result) => typeof result === "number");
  expect(indexes.sort()).toEqual([...new Array(indexes.length).keys()]);
  expect([barrier.waiting, barrier.broken]).toEqual([0, false]);
}

/** Of those who waited in one round all have passed, or none; in which case the barrier is broken. */
function allOrNone({ barrier }: Meeting, results: Results): void {
  const outcomes = Object.values(results).filter((result) => typeof result === "number");
  const passed = outcomes.filter((result) => result !== BROKEN);
  expect([0, barrier.parties]).toContain(passed.length);
  expect(new Set(passed).size).toBe(passed.length);
  if (passed.length === 0) expect([barrier.broken, barrier.waiting]).toEqual([true, 0]);
}

describe("a barrier", () => {
  holds("Barrier: two threads", { share: share(2), agents: { A: meet, B: meet }, check: allPassed });
  holds("Barrier: a thread and a task", { share: share(2), agents: { A: meet, B: meetAsync }, check: allPassed });
  holds(
    "Barrier: three threads",
    { share: share(3), agents: { A: meet, B: meet, C: meet }, check: allPassed },
    { preemptions: 2 },
  );
  holds(
    "Barrier: two tasks and a thread",
    { share: share(3), agents: { A: meetAsync, B: meetAsync, C: meet }, check: allPassed },
    { preemptions: 2 },
  );

  const twice = (_meeting: Meeting, { A, B }: Results): void => {
    const [a, b] = [A as number[], B as number[]];
    for (const round of [0, 1]) expect([a[round], b[round]].sort()).toEqual([0, 1]);
  };
  holds(
    "Barrier: two rounds",
    { share: share(2), agents: { A: meetTwice, B: meetTwice }, check: twice },
    { preemptions: 4 },
  );
  holds(
    "Barrier: two rounds of a thread and a task",
    { share: share(2), agents: { A: meetTwice, B: meetTwiceAsync }, check: twice },
    { preemptions: 3 },
  );
  holds(
    "Barrier: two rounds, plain accesses too",
    { share: share(2), agents: { A: meetTwice, B: meetTwice }, check: twice },
    { preemptions: 2, plain: true },
  );
});

describe("a barrier that breaks", () => {
  const cases = (name: string, agents: Record<string, Program<Meeting>>, preemptions: number): void =>
    holds(`Barrier: ${name}`, { share: share(2), agents, check: allOrNone }, { preemptions });
  cases("BR-033 time runs out as the last one comes", { A: meetInTime, B: meet }, 4);
  cases("BR-033 time runs out, of a task", { A: meetInTimeAsync, B: meet }, 3);
  cases("both have little time", { A: meetInTime, B: meetInTimeAsync }, 3);
  cases("a task is aborted as the last one comes", { A: meetOrAbort, B: meet }, 3);
  // Who aborts, aborts it also when all have passed.
  holds(
    "Barrier: abort",
    {
      share: share(2),
      agents: { A: meet, B: meet, C: abort },
      check: ({ barrier }, { A, B }) => {
        expect([
          [0, 1],
          [BROKEN, BROKEN],
        ]).toContainEqual([A, B].sort());
        expect(barrier.broken).toBe(true);
      },
    },
    { preemptions: 2 },
  );
  // Whoever was not refused by the reset may wait for one who does not come.
  holds(
    "Barrier: BR-045 BR-046 reset, as others come and time runs out",
    {
      share: share(3),
      agents: { A: meetInTime, B: meetInTime, C: reset },
      check: ({ barrier }, { A, B }) => {
        expect([A, B]).toEqual([BROKEN, BROKEN]);
        expect(barrier.waiting).toBe(0);
      },
    },
    { preemptions: 2 },
  );
  holds(
    "Barrier: reset, in the middle of a round",
    {
      share: share(2),
      agents: { A: meetInTime, B: meetInTimeAsync, C: reset },
      check: ({ barrier }, { A, B }) => {
        expect([
          [0, 1],
          [BROKEN, BROKEN],
        ]).toContainEqual([A, B].sort());
        expect(barrier.waiting).toBe(0);
      },
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
  holds(
    "Barrier: action",
    { share: share(2, act), agents: { A: meet, B: meetAsync }, check: allPassed },
    { preemptions: 4 },
  );
  holds(
    "Barrier: action, time runs out meanwhile",
    { share: share(2, act), agents: { A: meetInTime, B: meet }, check: allOrNone },
    { preemptions: 3 },
  );
  holds(
    "Barrier: async action, time runs out meanwhile",
    { share: share(2, actAsync), agents: { A: meetInTimeAsync, B: meetInTimeAsync }, check: allOrNone },
    { preemptions: 3 },
  );
  holds(
    "Barrier: async action, aborted meanwhile",
    { share: share(2, actAsync), agents: { A: meetOrAbort, B: meetAsync }, check: allOrNone },
    { preemptions: 2 },
  );
  // Two of three pass, in one round; the third one stays alone, at the door or inside, until its time has run out.
  const check = ({ barrier }: Meeting, results: Results): void => {
    const passed = Object.values(results).filter((result) => result !== BROKEN);
    expect([[], [0, 1]]).toContainEqual(passed.sort());
    expect([barrier.broken, barrier.waiting]).toEqual([true, 0]);
  };
  holds(
    "Barrier: BR-017 one more than are needed, while an action runs",
    { share: share(2, act), agents: { A: meetInTime, B: meetInTime, C: meetInTime }, check },
    { preemptions: 1 },
  );
  holds(
    "Barrier: BR-017 one task more than are needed, while an action runs",
    { share: share(2, actAsync), agents: { A: meetInTimeAsync, B: meetInTimeAsync, C: meetInTimeAsync }, check },
    { preemptions: 0 },
  );
});

describe("a party of a barrier dies", () => {
  const U = undertaker<Meeting>("A");
  const A = { run: meet, mortal: true };
  /** Nobody passes without all having arrived; nobody waits for ever; who is left may be the one that was missing. */
  const check =
    (survivors: string[]) =>
    ({ barrier }: Meeting, results: Results): void => {
      const outcomes = survivors.map((name) => results[name]);
      if (outcomes.some((result) => result !== BROKEN)) expect(outcomes).not.toContain(BROKEN);
      expect(barrier.waiting).toBe(0);
    };
  // The dead may not have arrived: then who is left waits until his time runs out.
  const hasty = waitFor(50);
  const hastyAsync = waitForAsync({ timeout: 50 });
  holds(
    "Barrier: a thread dies",
    { share: share(2), agents: { A, B: hasty, U }, check: check(["B"]) },
    { preemptions: 2 },
  );
  holds(
    "Barrier: a thread dies, a task waits",
    { share: share(2), agents: { A, B: hastyAsync, U }, check: check(["B"]) },
    { preemptions: 2 },
  );
  holds(
    "Barrier: a task dies",
    { share: share(2), agents: { A: { run: meetAsync, mortal: true }, B: hasty, U }, check: check(["B"]) },
    { preemptions: 2 },
  );
  holds(
    "Barrier: one of three dies",
    { share: share(3), agents: { A, B: hasty, C: hasty, U }, check: check(["B", "C"]) },
    { preemptions: 1 },
  );
  holds(
    "Barrier: who runs the action dies",
    { share: share(2, act), agents: { A, B: hasty, U }, check: check(["B"]) },
    { preemptions: 1 },
  );
  holds(
    "Barrier: a task that runs the action dies, and others stand at the door",
    {
      share: share(2, actAsync),
      agents: { A: { run: hastyAsync, mortal: true }, B: hastyAsync, C: hastyAsync, U },
      check: ({ barrier }, results) => {
        // One may have passed together with the dead.
        const passed = Object.values(results).filter((result) => result !== undefined && result !== BROKEN);
        expect(new Set(passed).size).toBe(passed.length);
        expect(barrier.waiting).toBe(0);
      },
    },
    { preemptions: 0 },
  );
  holds(
    "Barrier: who aborts dies",
    {
      share: share(2),
      agents: {
        A: { run: abort, mortal: true },
        B: meet,
        U: { buries: "A", run: (meeting, self) => [U.run(meeting, self), abort(meeting, self)] },
      },
    },
    { preemptions: 2 },
  );
  holds(
    "Barrier: who resets dies",
    {
      share: share(2),
      agents: {
        A: { run: reset, mortal: true },
        B: hasty,
        U: { buries: "A", run: (meeting, self) => [U.run(meeting, self), reset(meeting, self), abort(meeting, self)] },
      },
    },
    { preemptions: 1 },
  );
});
