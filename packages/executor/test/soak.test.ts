// Tasks that fail in all ways there are, while workers are terminated: each future settles, with what is its own, and the pool goes on.

import { AtomicInt32, TimeoutError } from "@conc/atomics";
import { enumerate, setExcepthook } from "@conc/thread";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CancelledError, type Future, ThreadPoolExecutor, WorkerDiedError } from "../src/index.ts";
import * as jobs from "./workers/jobs.ts";

const TASKS = Number(process.env.CONC_TASKS ?? 4000);

let before: ReturnType<typeof setExcepthook>;
beforeAll(() => {
  before = setExcepthook(() => {});
});
afterAll(() => {
  setExcepthook(before);
});

const ABORTED = new Error("aborted");

/** How many there are of each kind, how it is submitted, and what it comes to unless its worker dies. */
const KINDS: readonly {
  often: number;
  submit(pool: ThreadPoolExecutor, n: number): Future<any>;
  is(n: number, outcome: unknown): unknown;
}[] = [
  {
    often: 500,
    submit: (pool, n) => pool.submit(jobs.echo, [n, "x".repeat(n % 300)]),
    is: (n) => [n, "x".repeat(n % 300)],
  },
  { often: 100, submit: (pool, n) => pool.submitWith({ priority: n % 5 }, jobs.echo, n), is: (n) => n },
  { often: 100, submit: (pool, n) => pool.submit(jobs.napAsync, n % 2), is: (n) => n % 2 },
  {
    often: 95,
    submit: (pool, n) => pool.submit(jobs.fail, String(n)),
    is: (n) => expect.objectContaining({ message: String(n), shelf: 7 }),
  },
  { often: 50, submit: (pool) => pool.submit(jobs.giveFunction), is: () => expect.any(TypeError) },
  { often: 3, submit: (pool) => pool.submit(jobs.exit, 0), is: () => expect.any(WorkerDiedError) },
  { often: 1, submit: (pool) => pool.submit(jobs.fillHeap), is: () => expect.any(WorkerDiedError) },
  {
    often: 40,
    submit(pool, n) {
      const controller = new AbortController();
      const future = pool.submitWith({ signal: controller.signal, terminate: n % 16 === 0 }, jobs.napAsync, n % 3);
      setTimeout(() => controller.abort(ABORTED), n % 20);
      return future;
    },
    is: (n, outcome) => (outcome === ABORTED ? ABORTED : n % 3),
  },
  {
    often: 10,
    submit: (pool) => pool.submitWith({ timeout: 3 }, jobs.napAsync, 100),
    // This thread may have been busy for so long that the result was there before it looked at the time.
    is: (_n, outcome) => (outcome === 100 ? 100 : expect.any(TimeoutError)),
  },
  {
    often: 1,
    submit: (pool) => pool.submitWith({ timeout: 3, terminate: true }, jobs.spin, new AtomicInt32(0)),
    is: () => expect.any(TimeoutError),
  },
  { often: 1, submit: (pool) => pool.submit(jobs.failLater), is: () => "so far so good" },
  {
    often: 150,
    submit(pool, n) {
      const future = pool.submit(jobs.echo, n);
      if (n % 2 === 0) future.cancel();
      return future;
    },
    is: (n) => n,
  },
];
const TOTAL = KINDS.reduce((sum, { often }) => sum + often, 0);

function kindOf(n: number): (typeof KINDS)[number] {
  let rest = (n * 7919) % TOTAL;
  for (const kind of KINDS) {
    rest -= kind.often;
    if (rest < 0) return kind;
  }
  throw new Error("more than all");
}

it(
  `${TASKS} tasks, some of which end badly, come to what is theirs`,
  async () => {
    const pool = new ThreadPoolExecutor({
      maxWorkers: 3,
      threadNamePrefix: "Soaked",
      resourceLimits: { maxOldGenerationSizeMb: 24 },
      concurrentTasksPerWorker: 2,
    });
    const killer = setInterval(() => {
      const workers = enumerate().filter(({ name, state }) => name.startsWith("Soaked") && state !== "ready");
      void workers[Math.floor(Math.random() * workers.length)]?.terminate();
    }, 150);
    let died = 0;
    const batch = 500;
    for (let first = 0; first < TASKS; first += batch) {
      const futures = Array.from({ length: Math.min(batch, TASKS - first) }, (_, index) =>
        kindOf(first + index).submit(pool, first + index),
      );
      for (const [index, future] of futures.entries()) {
        const n = first + index;
        const outcome = await future.then(undefined, (error) => error);
        expect(future.done).toBe(true);
        if (outcome instanceof WorkerDiedError) died++;
        else if (outcome instanceof CancelledError) expect(future.cancelled).toBe(true);
        else expect(outcome).toEqual(kindOf(n).is(n, outcome));
      }
    }
    clearInterval(killer);
    expect(died).toBeGreaterThan(0);
    expect(died).toBeLessThan(TASKS / 10);
    const cell = new AtomicInt32(0);
    await Promise.all(Array.from({ length: 10 }, () => pool.submit(jobs.count, cell)));
    expect(cell.load()).toBe(10);
    await pool.shutdownAsync();
  },
  Math.max(60_000, TASKS * 5),
);
