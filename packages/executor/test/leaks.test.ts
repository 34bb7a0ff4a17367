// Executors that are opened and closed leave nothing behind.

import { Arena, AtomicInt32 } from "@conc/atomics";
import { until } from "@conc/testkit";
import { collectGarbage } from "@conc/testkit/collect-garbage.ts";
import { enumerate } from "@conc/thread";
import { it } from "vitest";
import { ThreadPoolExecutor } from "../src/index.ts";
import * as jobs from "./workers/jobs.ts";

const EXECUTORS = Number(process.env.CONC_EXECUTORS ?? 40);

/** Bytes of the arena and of the heap that may be in use for other reasons, however many executors there were. */
const ROOM = 4096;
const HEAP = 2e6;

const WAYS: readonly ((executor: ThreadPoolExecutor) => void | Promise<void>)[] = [
  (executor) => executor.shutdown(),
  (executor) => executor.shutdownAsync(),
  (executor) => executor.shutdown({ cancelFutures: true }),
  (executor) => executor.terminate(),
];

async function openAndClose(count: number): Promise<void> {
  for (let number = 0; number < count; number++) {
    const executor = new ThreadPoolExecutor({
      maxWorkers: 2,
      initializer: jobs.initialize,
      initargs: ["hello", new AtomicInt32(0)],
    });
    const futures = [executor.submit(jobs.echo, "x".repeat(1000)), executor.submit(jobs.greet)];
    const controller = new AbortController();
    futures.push(executor.submitWith({ signal: controller.signal, timeout: 10_000 }, jobs.greet));
    if (number % 2 === 0) await Promise.all(futures);
    await WAYS[number % WAYS.length]?.(executor);
  }
}

/** What is there now. */
const inUse = (): Record<"threads" | "resources" | "listeners" | "arena" | "heap", number> => ({
  threads: enumerate().length,
  resources: process.getActiveResourcesInfo().length,
  listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
  arena: Arena.default.used,
  heap: process.memoryUsage().heapUsed,
});

it(
  `${EXECUTORS} executors leave no thread, no listener and no memory`,
  async () => {
    // So that what is made once is there.
    await openAndClose(20);
    await collectGarbage();
    const before = inUse();
    await openAndClose(EXECUTORS);
    await until("all is as before", async () => {
      await collectGarbage();
      const now = inUse();
      return (
        now.threads === before.threads &&
        now.resources <= before.resources &&
        now.listeners === before.listeners &&
        now.arena <= before.arena + ROOM &&
        now.heap <= before.heap + HEAP
      );
    });
  },
  Math.max(60_000, EXECUTORS * 500),
);
