// Tasks of a pool: each is done once, whoever submitted it learns of that, and nobody sleeps through one, also when a worker dies at any
// of its steps.

import { Deadline, InvalidStateError } from "@conc/atomics";
import { describe, expect, vi } from "vitest";
import { Desk } from "../../../executor/src/desk.ts";
import { DESK_NEXT, DESK_OWNER, DESKS, HAS_RETURNED, TASK_STATE, WORKER_AGENT } from "../../../executor/src/layout.ts";
import { Pool } from "../../../executor/src/pool.ts";
import type { TaskCore } from "../../../executor/src/task-core.ts";
import type { AgentOptions, Program } from "../../src/index.ts";
import { holds, undertaker } from "./holds.ts";

// Here the agents are the workers.
vi.mock("../../../executor/src/staffing.ts", () => ({ startWorkers() {}, terminateWorker() {} }));

interface Shared {
  readonly pool: Pool;
}

const WORKERS = 2;

/** A pool and so many desks that wait for their owners, with their memory. */
const share =
  (desks = 1) =>
  (): Shared => {
    const pool = new Pool(undefined, WORKERS);
    const { heap, agent } = pool.arena;
    pool.lane(0);
    for (let index = 0; index < WORKERS; index++) pool.write(pool.worker(index) + WORKER_AGENT, agent.id);
    // Each a view of its own, or it would be the same desk.
    for (let made = 0; made < desks; made++) (Reflect.construct(Desk, [pool]) as Desk).vacantTask();
    for (const desk of pool.blocks(DESKS, DESK_NEXT)) heap.words[desk + DESK_OWNER] = 0;
    return { pool };
  };

function post({ pool }: Shared): TaskCore {
  const desk = Desk.at(pool);
  return desk.post(desk.vacantTask(), 1, pool.lane(0));
}

/** Submits so many tasks and waits for each, blocked; then shuts the pool, if told. What they came to. */
const submit =
  (count: number, shuts = true): Program<Shared> =>
  (shared) => {
    const cores = Array.from({ length: count }, () => post(shared));
    for (const core of cores) core.blockUntilDone(new Deadline());
    if (shuts) shared.pool.shut();
    return cores.map((core) => core.state());
  };
const submitAsync =
  (count: number): Program<Shared> =>
  async (shared) => {
    const cores = Array.from({ length: count }, () => post(shared));
    for (const core of cores) await core.isDoneWithin(new Deadline());
    shared.pool.shut();
    return cores.map((core) => core.state());
  };
/** Submits a task, which may be refused, and waits for it. */
const submitOrNot: Program<Shared> = (shared, self) => {
  try {
    return submit(1, false)(shared, self);
  } catch (error) {
    if (error instanceof InvalidStateError) return REFUSED;
    throw error;
  }
};
/** Submits a task and takes it back, if nobody was faster. */
const submitAndCancel: Program<Shared> = (shared) => {
  const core = post(shared);
  const cancelled = core.cancel();
  if (!cancelled) core.blockUntilDone(new Deadline());
  shared.pool.shut();
  return [cancelled, core.state()];
};

const LOOK_ONCE = { until: (done: () => boolean) => done() };

/** Works until the pool is shut; how many tasks it has done. */
const work =
  (index: number): Program<Shared> =>
  ({ pool }) => {
    pool.write(pool.worker(index) + WORKER_AGENT, pool.arena.agent.id);
    let done = 0;
    let wasIdle = true;
    for (;;) {
      const { isShut } = pool;
      const task = pool.takeClaimed() || pool.claim();
      if (task !== 0) {
        if (wasIdle) pool.shareWork();
        wasIdle = false;
        Atomics.store(pool.arena.heap.reach(task), task + TASK_STATE, HAS_RETURNED);
        pool.done(task);
        done++;
      } else if (isShut) {
        return done;
      } else {
        wasIdle = true;
        if (!pool.lookOut(LOOK_ONCE)) pool.idle.wait(new Deadline());
      }
    }
  };

const RETURNED = 4;
const CANCELLED = 2;
const DIED = 6;
const REFUSED = "refused";

describe("a pool", () => {
  const all = (count: number, workers: readonly string[], results: Readonly<Record<string, unknown>>): void => {
    expect(results.A).toEqual(new Array(count).fill(RETURNED));
    expect(workers.reduce((sum, name) => sum + (results[name] as number), 0)).toBe(count);
  };
  holds(
    "Pool: a task, a worker",
    { share: share(), agents: { A: submit(1), B: work(0) }, check: (_shared, results) => all(1, ["B"], results) },
    { preemptions: 3 },
  );
  holds(
    "Pool: a task, awaited",
    { share: share(), agents: { A: submitAsync(1), B: work(0) }, check: (_shared, results) => all(1, ["B"], results) },
    { preemptions: 3 },
  );
  holds(
    "Pool: two tasks, two workers",
    {
      share: share(),
      agents: { A: submit(2), B: work(0), C: work(1) },
      check: (_shared, results) => all(2, ["B", "C"], results),
    },
    { preemptions: 1 },
  );
  holds(
    "Pool: two who submit, and it may be shut before",
    {
      share: share(2),
      agents: { A: submit(1), B: work(0), C: submitOrNot },
      check: (_shared, { A, C, B }) => {
        expect(A).toEqual([RETURNED]);
        expect([
          [[RETURNED], 2],
          [REFUSED, 1],
        ]).toContainEqual([C, B]);
      },
    },
    { preemptions: 1, operations: 20_000 },
  );
  holds(
    "Pool: a task is cancelled as a worker claims it",
    {
      share: share(),
      agents: { A: submitAndCancel, B: work(0) },
      check: (_shared, { A, B }) =>
        expect([
          [[true, CANCELLED], 0],
          [[false, RETURNED], 1],
        ]).toContainEqual([A, B]),
    },
    { preemptions: 3 },
  );
});

describe("a worker of a pool dies", () => {
  const U = undertaker<Shared>("B");
  const B: AgentOptions<Shared> = { run: work(0), mortal: true };
  const cases = { blocked: { A: submit(2), preemptions: 0 }, async: { A: submitAsync(1), preemptions: 0 } };
  for (const [name, { A, preemptions }] of Object.entries(cases)) {
    holds(
      `Pool: who waits is ${name}, another worker goes on`,
      {
        share: share(),
        agents: { A, B, C: work(1), U },
        check: (_shared, results) => {
          const states = results.A as number[];
          for (const state of states) expect([RETURNED, DIED]).toContain(state);
          // It was doing one at most.
          expect(states.filter((state) => state === DIED).length).toBeLessThan(2);
        },
      },
      { preemptions },
    );
  }
});
