// An application that is bundled with all that it needs, and so are its workers: in each of them a module has another URL.

import { Worker } from "node:worker_threads";
import { AtomicInt32 } from "@conc/atomics";
import { Thread, tasks } from "@conc/thread";
import { ThreadPoolExecutor, WorkerDiedError } from "../../src/index.ts";
import { count, die, fail, JobError, square } from "./jobs.ts";

const makerOf = (module: string) => () => new Worker(new URL(`./${module}.mjs`, import.meta.url));

function unknown(): void {}
tasks(import.meta, { unknown });

const scenarios: Record<string, () => Promise<unknown>> = {
  async works() {
    const executor = new ThreadPoolExecutor({ maxWorkers: 2, worker: makerOf("worker") });
    const cell = new AtomicInt32(0);
    const counted = await Promise.all([1, 2, 3].map(() => executor.submit(count, cell)));
    const mapped: number[] = [];
    for await (const result of executor.map(square, [1, 2, 3, 4, 5], { chunksize: 2 })) mapped.push(result);
    const sent = await executor.submit((n: number) => n + 1, 1);
    const error = await executor.submit(fail, "full").exceptionAsync();
    const missing = (await executor.submit(unknown).exceptionAsync()) as Error;
    return {
      ...{ counted: counted.sort(), cell: cell.load(), mapped, sent },
      ...{ isJobError: error instanceof JobError, error: String(error), missing: missing.message },
    };
  },

  async dies() {
    const executor = new ThreadPoolExecutor({ maxWorkers: 1, worker: makerOf("worker") });
    const [first, next] = [executor.submit(die), executor.submit(square, 3)];
    const died = (await first.exceptionAsync()) instanceof WorkerDiedError;
    const result = await next;
    await executor.terminate();
    return { died, result, workers: executor.stats().workers };
  },

  async twins() {
    const executor = new ThreadPoolExecutor({ maxWorkers: 1, worker: makerOf("twins") });
    return String(await executor.submit(square, 3).exceptionAsync());
  },

  async silent() {
    const executor = new ThreadPoolExecutor({ maxWorkers: 1, worker: makerOf("silent") });
    return String(await executor.submit(square, 3).exceptionAsync());
  },

  async thread() {
    const cell = new AtomicInt32(0);
    const thread = new Thread({ target: count, args: [cell], worker: makerOf("worker") }).start();
    return { ended: await thread.joinAsync(), cell: cell.load() };
  },

  async travels() {
    const executor = new ThreadPoolExecutor({ worker: makerOf("worker") });
    try {
      await executor.submit((...all: unknown[]) => all.length, executor);
    } catch (error) {
      return String(error);
    }
    return "it did";
  },
};

const scenario = scenarios[process.argv[2] as string];
console.log(JSON.stringify(await scenario?.()));
