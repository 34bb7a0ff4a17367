// The pools that are put to the test, each with the same face. All have two threads, with little room for their heaps.

import type { ThreadPoolExecutor } from "@conc/executor";
import type * as jobs from "../pools/fault-jobs.ts";

export type Job = keyof typeof jobs;

/** A pool of two threads. */
export interface Contestant {
  run(job: Job, argument?: unknown, signal?: AbortSignal): Promise<unknown>;
  /** Ends it when all is done that it has accepted, if it can. */
  close(): Promise<unknown>;
}

export const THREADS = 2;
const LIMITS = { maxOldGenerationSizeMb: 48 };

function moduleFor(name: string): URL {
  return new URL(`./pools/${name}`, import.meta.url);
}

export const contestants: Readonly<Record<string, () => Promise<Contestant>>> = {
  async "@conc/executor"() {
    const conc = (await import(moduleFor("for-conc.js").href)) as typeof import("../pools/for-conc.ts");
    const executor: ThreadPoolExecutor = new conc.ThreadPoolExecutor({ maxWorkers: THREADS, resourceLimits: LIMITS });
    const functions = conc.faultJobs as Record<Job, (argument: any) => unknown>;
    return {
      run: async (job, argument, signal) => executor.submitWith({ signal, terminate: true }, functions[job], argument),
      close: () => executor.shutdownAsync(),
    };
  },

  async piscina() {
    const { Piscina } = await import("piscina");
    const pool = new Piscina({
      filename: moduleFor("faulty-others.mjs").href,
      minThreads: THREADS,
      maxThreads: THREADS,
      maxQueue: Number.POSITIVE_INFINITY,
      resourceLimits: LIMITS,
    });
    return {
      run: (name, argument, signal) => pool.run(argument, signal ? { name, signal } : { name }),
      close: () => pool.close(),
    };
  },

  async tinypool() {
    const { Tinypool } = await import("tinypool");
    const pool = new Tinypool({
      filename: moduleFor("faulty-others.mjs").href,
      minThreads: THREADS,
      maxThreads: THREADS,
      resourceLimits: LIMITS,
    });
    return {
      run: (name, argument, signal) => pool.run(argument, signal ? { name, signal } : { name }),
      close: () => pool.destroy(),
    };
  },

  async workerpool() {
    const { default: workerpool } = await import("workerpool");
    const pool = workerpool.pool(moduleFor("faulty-workerpool.mjs").pathname, {
      minWorkers: THREADS,
      maxWorkers: THREADS,
      workerType: "thread",
      workerThreadOpts: { resourceLimits: LIMITS },
    });
    return {
      run(job, argument, signal) {
        const promise = pool.exec(job, [argument]);
        // What it gives fails as the task does, and nobody is to look at it.
        signal?.addEventListener("abort", () => void promise.cancel().catch(() => {}));
        return Promise.resolve(promise as unknown as Promise<unknown>);
      },
      close: () => Promise.resolve(pool.terminate(false)),
    };
  },

  async poolifier() {
    const { FixedThreadPool } = await import("poolifier");
    const pool = new FixedThreadPool<unknown, unknown>(THREADS, moduleFor("faulty-poolifier.mjs").pathname, {
      workerOptions: { resourceLimits: LIMITS },
    });
    return {
      run: (job, argument, signal) => pool.execute(argument, job, signal),
      close: () => pool.destroy(),
    };
  },
};
