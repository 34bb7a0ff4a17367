// What may go wrong, and what should come of it. Each runs in a program of its own.

import { setTimeout as sleep } from "node:timers/promises";
import type { Contestant } from "./contestants.ts";

/** Says what is wrong, if something is. */
export type Fault = (pool: Contestant) => Promise<string | undefined>;

/** How a promise ends. */
async function outcome(promise: Promise<unknown>): Promise<{ value?: unknown; error?: unknown }> {
  return promise.then(
    (value) => ({ value }),
    (error) => ({ error }),
  );
}

/** What is wrong if a task that was to fail did not, or the pool does not work on. */
async function failsAlone(pool: Contestant, failing: () => Promise<unknown>): Promise<string | undefined> {
  const others = [1, 2, 3].map((value) => pool.run("echo", value));
  const { error } = await outcome(Promise.resolve().then(failing));
  if (error === undefined) return "the task did not fail";
  for (const other of others) if ((await outcome(other)).error !== undefined) return "others failed as well";
  return worksOn(pool);
}

async function worksOn(pool: Contestant): Promise<string | undefined> {
  const values = Array.from({ length: 20 }, (_, index) => index);
  const results = await outcome(Promise.all(values.map((value) => pool.run("echo", value))));
  return String(results.value) === String(values) ? undefined : "the pool does not work on";
}

const MANY = 100_000;

export const faults: Readonly<Record<string, Fault>> = {
  "process.exit(0) in a task": (pool) => failsAlone(pool, () => pool.run("exit", 0)),

  "process.exit(1) in a task": (pool) => failsAlone(pool, () => pool.run("exit", 1)),

  async "an uncaught error after the result"(pool) {
    const { value } = await outcome(pool.run("failLater"));
    if (value !== "result") return "the result is lost";
    await sleep(200);
    return worksOn(pool);
  },

  "an argument that can not be cloned": (pool) => failsAlone(pool, () => pool.run("echo", () => {})),

  "a result that can not be cloned": (pool) => failsAlone(pool, () => pool.run("giveFunction")),

  async "100,000 outstanding tasks"(pool) {
    const results = await Promise.all(Array.from({ length: MANY }, (_, index) => pool.run("echo", index)));
    return results.every((result, index) => result === index) ? undefined : "wrong results";
  },

  async "abort while queued"(pool) {
    const busy = [pool.run("spin", 200), pool.run("spin", 200)];
    const controller = new AbortController();
    const queued = outcome(pool.run("echo", 1, controller.signal));
    controller.abort();
    if ((await queued).error === undefined) return "the task was not called off";
    if ((await outcome(Promise.all(busy))).error !== undefined) return "others failed as well";
    return worksOn(pool);
  },

  async "abort while running"(pool) {
    const controller = new AbortController();
    const running = outcome(pool.run("spin", 5000, controller.signal));
    await sleep(300);
    const start = performance.now();
    controller.abort();
    if ((await running).error === undefined) return "the task was not called off";
    if (performance.now() - start > 1000) return "it took its time";
    return worksOn(pool);
  },

  async "close with two running and one queued"(pool) {
    const tasks = Promise.all([pool.run("nap", 300), pool.run("nap", 300), pool.run("nap", 10)]);
    const ended = outcome(tasks);
    await sleep(150);
    await pool.close();
    return (await ended).error === undefined ? undefined : "accepted tasks were not done";
  },

  async "an idle program ends by itself"(pool) {
    await pool.run("echo", 1);
    return undefined;
  },

  "a worker out of memory": (pool) => failsAlone(pool, () => pool.run("fillHeap")),
};

/** Which of them is about how the program ends: there the pool is left as it is. */
export const ENDS_BY_ITSELF = "an idle program ends by itself";
