// Pools of threads, each with the same face.

import { Worker } from "node:worker_threads";
import type { Call } from "../pools/bare.ts";

/** A pool that does what `pools/jobs.ts` has. */
export interface Pool {
  nothing(): PromiseLike<unknown>;
  primesBelow(end: number): PromiseLike<number>;
  /** Nothing, so many times, in chunks, if it knows what chunks are. */
  nothings?(times: number, chunk: number): Promise<void>;
  close(): Promise<unknown>;
}

/** Makes a pool of so many threads. */
export type MakePool = (threads: number) => Promise<Pool>;

/** A module that was bundled by itself for the threads of a pool. */
function moduleFor(name: string): URL {
  return new URL(`./pools/${name}.${name === "for-conc" ? "js" : "mjs"}`, import.meta.url);
}

export async function concPool(threads: number): Promise<Pool> {
  const { nothing, primesBelow, ThreadPoolExecutor } = (await import(
    moduleFor("for-conc").href
  )) as typeof import("../pools/for-conc.ts");
  const executor = new ThreadPoolExecutor({ maxWorkers: threads });
  return {
    nothing: () => executor.submit(nothing),
    primesBelow: (end) => executor.submit(primesBelow, end),
    async nothings(times, chunksize) {
      let count = 0;
      for (const _ of executor.map(nothing as (n: number) => void, new Array(times).fill(0), { chunksize })) count++;
      if (count !== times) throw new Error(`${count} results of ${times}`);
    },
    close: () => executor.shutdownAsync(),
  };
}

/** Each worker in turn, with all messages under way at once. */
export async function barePool(threads: number): Promise<Pool> {
  const workers = Array.from({ length: threads }, () => new Worker(moduleFor("bare")));
  const waiting = new Map<number, (value: any) => void>();
  let last = 0;
  for (const worker of workers) {
    worker.on("message", ([id, value]: [number, unknown]) => {
      const resolve = waiting.get(id);
      waiting.delete(id);
      resolve?.(value);
    });
  }
  const call = (name: Call[1], argument: unknown): Promise<any> =>
    new Promise((resolve) => {
      waiting.set(++last, resolve);
      workers[last % threads]?.postMessage([last, name, argument] satisfies Call);
    });
  return {
    nothing: () => call("nothing", undefined),
    primesBelow: (end) => call("primesBelow", end),
    async nothings(times, chunk) {
      const inputs = new Array(times).fill(0);
      const calls: Promise<unknown[]>[] = [];
      for (let from = 0; from < times; from += chunk) calls.push(call("chunk", inputs.slice(from, from + chunk)));
      const results = (await Promise.all(calls)).flat();
      if (results.length !== times) throw new Error(`${results.length} results of ${times}`);
    },
    close: () => Promise.all(workers.map((worker) => worker.terminate())),
  };
}

/** @param tasksPerThread How many it hands to a thread at once. */
export function piscinaPool(atomics: "sync" | "async" | "disabled", tasksPerThread = 1): MakePool {
  return async (threads) => {
    const { Piscina } = await import("piscina");
    const pool = new Piscina({
      filename: moduleFor("for-others").href,
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: tasksPerThread,
      maxQueue: Number.POSITIVE_INFINITY,
      atomics,
    });
    return {
      nothing: () => pool.run(undefined, { name: "nothing" }),
      primesBelow: (end) => pool.run(end, { name: "primesBelow" }),
      close: () => pool.destroy(),
    };
  };
}

export async function tinyPool(threads: number): Promise<Pool> {
  const { Tinypool } = await import("tinypool");
  const pool = new Tinypool({ filename: moduleFor("for-others").href, minThreads: threads, maxThreads: threads });
  return {
    nothing: () => pool.run(undefined, { name: "nothing" }),
    primesBelow: (end) => pool.run(end, { name: "primesBelow" }),
    close: () => pool.destroy(),
  };
}

export async function workerPool(threads: number): Promise<Pool> {
  const { default: workerpool } = await import("workerpool");
  const pool = workerpool.pool(moduleFor("for-workerpool").pathname, {
    minWorkers: threads,
    maxWorkers: threads,
    workerType: "thread",
  });
  return {
    nothing: () => Promise.resolve(pool.exec("nothing", [])),
    primesBelow: (end) => Promise.resolve(pool.exec("primesBelow", [end]) as unknown as Promise<number>),
    close: () => Promise.resolve(pool.terminate(true)),
  };
}

export async function poolifierPool(threads: number): Promise<Pool> {
  const { FixedThreadPool } = await import("poolifier");
  const pool = new FixedThreadPool<number | undefined, number>(threads, moduleFor("for-poolifier").pathname);
  return {
    nothing: () => pool.execute(undefined, "nothing"),
    primesBelow: (end) => pool.execute(end, "primesBelow"),
    close: () => pool.destroy(),
  };
}
