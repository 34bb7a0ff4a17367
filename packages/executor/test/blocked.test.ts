// While the thread that submitted something is blocked elsewhere, all that others wait for goes on.

import { AtomicInt32, TimeoutError } from "@conc/atomics";
import { Event } from "@conc/condition";
import { Thread } from "@conc/thread";
import { expect, it } from "vitest";
import { Future, WorkerDiedError } from "../src/index.ts";
import { poolsWith } from "./pools.ts";
import * as jobs from "./workers/jobs.ts";

const newPool = poolsWith({ maxWorkers: 1 });

/** What another thread got from a future, while this one is blocked until it has. */
function resultElsewhere(future: Future<any>): unknown {
  const got = new Future();
  new Thread({ target: jobs.passOn, args: [future, got] }).start().join();
  return got.result();
}

it("another thread gets the result of a task", () => {
  const executor = newPool();
  expect(resultElsewhere(executor.submit(jobs.power, 2, 5))).toBe(32);
});

it("and of each of many, some of which come to nothing", () => {
  const executor = newPool({ maxWorkers: 2 });
  const futures = Array.from({ length: 40 }, (_, n) =>
    n % 8 === 5 ? executor.submit(jobs.exit, n) : executor.submit(jobs.echo, n),
  );
  const thread = new Thread({ target: jobs.waitForAll, args: [futures] }).start();
  expect(thread.join({ timeout: 20_000 })).toBe(true);
  for (const [n, future] of futures.entries()) {
    if (n % 8 === 5) expect(future.exception()).toBeInstanceOf(WorkerDiedError);
    else expect(future.result()).toBe(n);
  }
});

it("another pool's task gets the result of a task", () => {
  const future = newPool().submit(jobs.nap, 20);
  expect(newPool().submit(jobs.resultOf, future).result()).toBe(20);
});

it("a worker that dies is replaced, and what this thread waits for is done by the next one", () => {
  const executor = newPool();
  const done = new Event();
  executor.submit(jobs.exit, 1);
  executor.submit(jobs.setIt, done);
  expect(done.wait({ timeout: 20_000 })).toBe(true);
});

it("a task is called off when its time is over", () => {
  const executor = newPool();
  const future = executor.submitWith({ timeout: 50, terminate: true }, jobs.spin, new AtomicInt32(0));
  expect(() => resultElsewhere(future)).toThrow(TimeoutError);
});

it("a thread that sleeps does not sleep less for it", () => {
  const future = newPool().submit(jobs.power, 2, 3);
  const thread = new Thread({ target: jobs.passOn, args: [future, new Future()] }).start();
  const start = performance.now();
  expect(new Event().wait({ timeout: 200 })).toBe(false);
  expect(performance.now() - start).toBeGreaterThanOrEqual(199);
  expect(thread.isAlive).toBe(false);
});
