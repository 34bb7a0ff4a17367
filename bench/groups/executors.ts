// Pools of threads: many small tasks, one at a time, chunks, work for the processor, and the first result of a new one.

import { now } from "../contest/clock.ts";
import type { Contestant, Group, Mark, Role, Run } from "../contest/contestant.ts";
import { whyNoPython } from "../contest/python.ts";
import {
  barePool,
  concPool,
  type MakePool,
  type Pool,
  piscinaPool,
  poolifierPool,
  tinyPool,
  workerPool,
} from "../peers/pools.ts";

const THREADS = 2;
const OURS = "ThreadPoolExecutor";
const BARE = "postMessage to bare workers";
const PYTHON = "CPython ThreadPoolExecutor";
const PYTHON_MAP = "CPython multiprocessing Pool.map";

const PEERS: Readonly<Record<string, MakePool>> = {
  piscina: piscinaPool("sync"),
  "piscina, 10 tasks per thread": piscinaPool("sync", 10),
  "piscina, atomics async": piscinaPool("async"),
  tinypool: tinyPool,
  workerpool: workerPool,
  "poolifier FixedThreadPool": poolifierPool,
};
const NAMES = Object.keys(PEERS);

/** A contestant with a pool that is there and warm. */
function contestant(
  name: string,
  role: Role,
  make: MakePool,
  run: (pool: Pool) => Run,
  more: Partial<Contestant> = {},
): Contestant {
  return { ...more, name, role, prepare: async () => run(await make(THREADS)) };
}

function all(run: (pool: Pool) => Run, more?: Partial<Contestant>): Contestant[] {
  return [
    contestant(BARE, "floor", barePool, run, more),
    contestant(OURS, "ours", concPool, run, more),
    ...NAMES.map((name) => contestant(name, "peer", PEERS[name] as MakePool, run, more)),
  ];
}

function python(name: string, row: string, more: Partial<Contestant> = {}): Contestant {
  return { ...more, name, role: "CPython", absent: whyNoPython(), python: { name: row, args: { threads: THREADS } } };
}

/** Ours against each of them. */
const againstPeers = (mark: Omit<Mark, "against">): Mark[] => NAMES.map((against) => ({ ...mark, against }));

const MANY = { times: 20_000 } as const;

const throughput: Group = {
  name: "executors: many tasks",
  about: `${MANY.times} tasks that do nothing, submitted at once to ${THREADS} threads, until all results are there; time for each.`,
  tolerance: 1.3,
  repetitions: 7,
  contestants: [
    ...all(
      (pool) => async (times) => {
        await Promise.all(Array.from({ length: times }, () => pool.nothing()));
      },
      MANY,
    ),
    python(PYTHON, "executor_many", MANY),
  ],
  rows: [
    {
      number: "17",
      name: "executor, tasks in flight",
      ours: OURS,
      unit: "ns",
      marks: [{ against: BARE, atMost: 1.25 }, ...againstPeers({ atLeast: 2.5 }), { against: PYTHON, atLeast: 1.8 }],
      meaning: `${MANY.times} tasks under way at once.`,
    },
  ],
};

const latency: Group = {
  name: "executors: one at a time",
  about: `A task that does nothing, and the next one when its result is there, by ${THREADS} threads.`,
  tolerance: 1.3,
  repetitions: 7,
  contestants: [
    ...all((pool) => async (times) => {
      for (let time = 0; time < times; time++) await pool.nothing();
    }),
    python(PYTHON, "executor_one"),
  ],
  rows: [
    {
      number: "18",
      name: "executor, one at a time",
      ours: OURS,
      unit: "µs",
      marks: [{ against: BARE, atMost: 1.15 }, ...againstPeers({ atMost: 1 }), { against: PYTHON, atMost: 1 }],
      meaning: "From the submission of a task to its result, in the async form.",
    },
  ],
};

const CHUNK = 1250;
const INPUTS = { times: 1_000_000 } as const;
const chunked: Group = {
  name: "executors: map",
  about:
    `${INPUTS.times} inputs for a function that does nothing, in chunks of ${CHUNK}; time for each input. The other pools know no chunks: ` +
    `theirs are ${MANY.times} tasks. CPython's pool is one of processes, and chooses the chunks itself.`,
  tolerance: 1.3,
  repetitions: 7,
  contestants: [
    ...[BARE, OURS].map((name) =>
      contestant(
        name,
        name === OURS ? "ours" : "floor",
        name === OURS ? concPool : barePool,
        (pool) => async (times) => pool.nothings?.(times, CHUNK),
        INPUTS,
      ),
    ),
    contestant(
      "piscina",
      "peer",
      PEERS.piscina as MakePool,
      (pool) => async (times) => {
        await Promise.all(Array.from({ length: times }, () => pool.nothing()));
      },
      MANY,
    ),
    python(PYTHON_MAP, "pool_map", INPUTS),
  ],
  rows: [
    {
      number: "19",
      name: "executor, map in chunks",
      ours: OURS,
      unit: "ns",
      marks: [
        { against: BARE, atMost: 1.67 },
        { against: "piscina", atLeast: 20 },
        { against: PYTHON_MAP, atLeast: 0.9 },
      ],
      meaning: `\`for (const result of executor.map(fn, inputs, { chunksize: ${CHUNK} }))\`.`,
    },
  ],
};

const ALONE = "ThreadPoolExecutor, 1 thread";
const primes: (pool: Pool) => Run = (pool) => async () => {
  const counts = await Promise.all(Array.from({ length: 8 }, () => pool.primesBelow(150_000)));
  if (counts.some((count) => count !== 13_848)) throw new Error(`wrong counts: ${counts}`);
};
const ONCE = { times: 1 } as const;
const speedUp: Group = {
  name: "executors: processors",
  about: "Counting primes below 150,000, eight times: work for the processors alone.",
  tolerance: 1.05,
  repetitions: 7,
  contestants: [
    { ...ONCE, name: ALONE, role: "ours", prepare: async () => primes(await concPool(1)) },
    ...[OURS, "piscina"].map((name) =>
      contestant(
        name,
        name === OURS ? "ours" : "peer",
        name === OURS ? concPool : (PEERS.piscina as MakePool),
        primes,
        ONCE,
      ),
    ),
  ],
  rows: [
    {
      number: "20",
      name: "executor, two processors",
      ours: OURS,
      unit: "ms",
      marks: [{ against: ALONE, atLeast: 1.9 }, { against: "piscina" }],
      meaning: "With two threads, against one.",
    },
  ],
};

/** The time from nothing to the results of as many tasks as there are threads. */
const first =
  (make: MakePool): Run =>
  async () => {
    const start = now();
    const pool = await make(THREADS);
    await Promise.all(Array.from({ length: THREADS }, () => pool.primesBelow(10)));
    const elapsed = now() - start;
    await pool.close();
    return elapsed;
  };
const cold: Group = {
  name: "executors: first result",
  about: `From nothing to the results of ${THREADS} tasks by a new pool of ${THREADS} threads.`,
  tolerance: 1.3,
  contestants: [
    { ...ONCE, name: BARE, role: "floor", prepare: () => first(barePool) },
    { ...ONCE, name: OURS, role: "ours", prepare: () => first(concPool) },
    ...NAMES.map(
      (name): Contestant => ({ ...ONCE, name, role: "peer", prepare: () => first(PEERS[name] as MakePool) }),
    ),
    python(PYTHON, "executor_first", ONCE),
  ],
  rows: [
    {
      number: "26",
      name: "executor, first result",
      ours: OURS,
      unit: "ms",
      marks: [{ against: BARE, atMost: 1.35 }, { against: "piscina", atMost: 1 }, { against: PYTHON }],
      meaning: "With the time that it takes threads to come up.",
    },
  ],
};

/** All contests of pools. */
export const executors: readonly Group[] = [throughput, latency, chunked, speedUp, cold];
