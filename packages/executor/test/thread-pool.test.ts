import { AtomicInt32, ConcurrencyError, InvalidStateError, TimeoutError } from "@conc/atomics";
import { Event } from "@conc/condition";
import { until } from "@conc/testkit";
import { collectGarbage } from "@conc/testkit/collect-garbage.ts";
import { enumerate, setExcepthook } from "@conc/thread";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  BrokenExecutorError,
  CancelledError,
  Executor,
  type Future,
  ThreadPoolExecutor,
  WorkerDiedError,
  waitSync,
} from "../src/index.ts";
import { poolsWith } from "./pools.ts";
import * as jobs from "./workers/jobs.ts";

const newPool = poolsWith({ maxWorkers: 2 });

/** What was reported of threads that failed. */
const reported: string[] = [];
let before: ReturnType<typeof setExcepthook>;
beforeAll(() => {
  before = setExcepthook((error, thread) => reported.push(`${thread.name}: ${error}`));
});
afterAll(() => {
  setExcepthook(before);
});
afterEach(() => {
  reported.length = 0;
});

const failure = (future: Future<unknown>): Promise<unknown> => future.exceptionAsync();
const names = (prefix: string): string[] =>
  enumerate()
    .map(({ name }) => name)
    .filter((name) => name.startsWith(prefix))
    .sort();

describe("submit", () => {
  it("EX-061 has a function called in another thread, async or blocking", async () => {
    const executor = newPool();
    expect(await executor.submit(jobs.power, 2, 8)).toBe(256);
    expect(executor.submit(jobs.power, 2, 9).result()).toBe(512);
    expect((await executor.submit(jobs.who))[0]).not.toBe((await executor.submit(jobs.who))[0] + 1);
  });

  it("takes a function that captures nothing, and one that is async", async () => {
    const executor = newPool();
    expect(await executor.submit((a: number, b: number) => a - b, 5, 2)).toBe(3);
    expect(await executor.submit(async (a: number) => a + 1, 5)).toBe(6);
    expect(await executor.submit(jobs.napAsync, 3)).toBe(3);
  });

  it("arguments and results are copies of any size, and primitives themselves", async () => {
    const executor = newPool();
    const cell = new AtomicInt32(0);
    expect(await executor.submit(jobs.count, cell, 5)).toBe(5);
    expect(cell.load()).toBe(5);
    expect(await executor.submit(jobs.echo, cell)).toBe(cell);
    const values = [
      undefined,
      null,
      -0,
      Number.NaN,
      "",
      "wörter ".repeat(5000),
      Object.assign(new Array(3), { 1: 2 }),
      new Map([[1, { a: new Date(5) }]]),
    ];
    for (const value of values) expect(await executor.submit(jobs.echo, value)).toEqual(value);
    const bytes = new Uint8Array(1_000_000).fill(7);
    const back = executor.submit(jobs.echo, bytes).result();
    expect(Buffer.compare(back, bytes)).toBe(0);
    expect(back).not.toBe(bytes);
  });

  it("EX-117 EX-140 a function that can not travel is a TypeError, and nothing is submitted", async () => {
    const executor = newPool();
    expect(() => executor.submit(() => executor)).toThrow(/uses executor of the code around it/);
    expect(() => executor.submit("power" as never)).toThrow(TypeError);
    expect(names("ThreadPool")).toEqual([]);
    expect(await executor.submit(jobs.power, 2, 2)).toBe(4);
  });

  it("EX-118 an argument that can not travel is a TypeError, and the pool goes on", async () => {
    const executor = newPool();
    expect(() => executor.submit(jobs.echo, { deep: [() => {}] })).toThrow(TypeError);
    expect(await executor.submit(jobs.power, 2, 2)).toBe(4);
  });

  it("EX-119 EX-121 a result that can not travel costs its own future", async () => {
    const executor = newPool({ maxWorkers: 1 });
    const [bad, good] = [executor.submit(jobs.giveFunction), executor.submit(jobs.power, 3, 2)];
    expect(await failure(bad)).toBeInstanceOf(TypeError);
    expect(await failure(executor.submit(jobs.throwFunction))).toMatchObject({ message: "odd" });
    expect(await good).toBe(9);
    expect(await executor.submit(jobs.who)).toEqual(await executor.submit(jobs.who));
  });

  it("EX-122 EX-142 what it throws arrives with class, properties and cause", async () => {
    const executor = newPool();
    for (const task of [jobs.fail, jobs.failAsync]) {
      const error = (await failure(executor.submit(task, "full"))) as jobs.ShelfError;
      expect(error).toBeInstanceOf(jobs.ShelfError);
      expect([error.message, error.shelf, String(error.cause)]).toEqual(["full", 7, "TypeError: too many books"]);
      expect(error.stack).toMatch(/at fail /);
    }
    for (const value of [undefined, 0, "text", { a: 1 }]) {
      await expect(executor.submit(jobs.throwIt, value)).rejects.toEqual(value);
    }
  });

  describe("EX-122 the stack of the other thread stands below that of who asks", () => {
    const between = "--- where it was thrown: ---";
    function stackOf(ask: () => unknown): string {
      try {
        ask();
      } catch (error) {
        return (error as Error).stack as string;
      }
      return "nothing was thrown";
    }

    it("blocked, once", () => {
      const future = newPool().submit(jobs.fail, "full\n    at the brim");
      function whoAsks(): unknown {
        return [future.result()];
      }
      const stack = stackOf(whoAsks);
      expect(stack).toMatch(
        /^ShelfError: full\n {4}at the brim\n {4}at whoAsks .*[\s\S]*at stackOf .*[\s\S]*--- where .*[\s\S]*at fail /,
      );
      expect(stack).not.toMatch(/at fail [\s\S]*---|future\.ts[\s\S]*---/);
      expect(stackOf(whoAsks)).toBe(stack);
    });

    it("async", async () => {
      const future = newPool().submit(jobs.fail, "full");
      async function whoAsks(): Promise<unknown> {
        return await future.resultAsync();
      }
      const error = await whoAsks().catch((error: Error) => error);
      expect((error as Error).stack).toMatch(
        /^ShelfError: full\n {4}at (async )?whoAsks .*[\s\S]*--- where .*[\s\S]*at fail /,
      );
    });

    it("of a future from another thread", () => {
      const future = newPool().submit(jobs.fail, "full");
      const there = newPool().submit(jobs.stackOfResult, future).result();
      expect(there).toMatch(/at stackOfResult .*[\s\S]*--- where .*[\s\S]*at fail /);
    });

    it("but what is thrown for other reasons, or is no error, stays as it is", async () => {
      const reason = new Error("mine");
      const { stack } = reason;
      const controller = new AbortController();
      const future = newPool().submitWith({ signal: controller.signal }, jobs.power, 1, 1);
      controller.abort(reason);
      expect(await future.resultAsync().catch((error) => error)).toBe(reason);
      expect(reason.stack).toBe(stack);
      expect(stackOf(() => newPool().submit(jobs.throwIt, { stack: 1 }).result())).toBe(1);
      expect(stackOf(() => newPool().submit(jobs.throwIt, new Error("no")).result())).not.toContain(
        `${between}\n    ---`,
      );
    });
  });

  it("EX-062 gives all arguments on as they are", () => {
    const executor = newPool();
    expect(executor.submit((...all: unknown[]) => all, "self", { fn: 1 }, undefined).result()).toEqual([
      "self",
      { fn: 1 },
      undefined,
    ]);
  });

  it("EX-133 any number of tasks may be under way", async () => {
    const executor = newPool();
    const futures = Array.from({ length: 5000 }, (_, index) => executor.submit(jobs.power, index, 2));
    expect(await Promise.all(futures)).toEqual(futures.map((_, index) => index ** 2));
  });

  it("EX-132 what nobody has begun can be cancelled, what somebody has can not", async () => {
    const executor = newPool({ maxWorkers: 1 });
    const [go, begun] = [new Event(), new AtomicInt32(0)];
    const first = executor.submit(jobs.waitFor, go, begun);
    const others = Array.from({ length: 6 }, () => executor.submit(jobs.count, begun));
    await until("it runs", () => begun.load() === 1);
    expect([first.running, first.cancel(), others.map((each) => each.cancel())]).toEqual([
      true,
      false,
      Array(6).fill(true),
    ]);
    expect(others.every(({ cancelled, done }) => cancelled && done)).toBe(true);
    await expect(others[0]).rejects.toThrow(CancelledError);
    go.set();
    await first;
    expect(await executor.submit(jobs.count, begun)).toBe(2);
  });

  it("smaller priorities come first, equal ones in the order in which they were submitted", async () => {
    const executor = newPool({ maxWorkers: 1 });
    const [go, turn] = [new Event(), new AtomicInt32(0)];
    const first = executor.submit(jobs.waitFor, go);
    const priorities = [3, 0, -1.5, 3, 0, Number.POSITIVE_INFINITY, -1.5];
    const turns = priorities.map((priority) => executor.submitWith({ priority }, jobs.count, turn));
    go.set();
    await first;
    expect(await Promise.all(turns)).toEqual([5, 3, 1, 6, 4, 7, 2]);
  });

  it("a future of it can be waited for in another thread, and comes to the same there", async () => {
    const [executor, other] = [newPool(), newPool()];
    const slow = executor.submit(jobs.nap, 30);
    expect(await other.submit(jobs.resultOf, slow)).toBe(30);
    expect(await other.submit(jobs.resultOf, slow)).toBe(30);
    const bad = executor.submit(jobs.fail, "no");
    await expect(other.submit(jobs.resultOf, bad)).rejects.toBeInstanceOf(jobs.ShelfError);
    const dead = executor.submit(jobs.exit, 0);
    await expect(other.submit(jobs.resultOf, dead)).rejects.toThrow(WorkerDiedError);
  });

  it("a thread that is handed an executor can submit to it", async () => {
    const [executor, other] = [newPool(), newPool()];
    expect(await executor.submit(jobs.delegate, other, 5)).toBe(5);
    expect(await executor.submit(jobs.delegate, executor, 6)).toBe(6);
    expect(await executor.submit(jobs.echo, other)).toBe(other);
  });

  it("EX-095 a task that waits for another one of a pool in which nobody else is waits for ever", async () => {
    const executor = newPool({ maxWorkers: 1 });
    await expect(executor.submit(jobs.delegate, executor, 1, 50)).rejects.toThrow(TimeoutError);
    expect(await executor.submit(jobs.echo, 1)).toBe(1);
  });

  it("only its executor ends the future of a task", async () => {
    const executor = newPool();
    const go = new Event();
    const future = executor.submit(jobs.waitFor, go);
    expect(() => future.setResult("" as never)).toThrow(InvalidStateError);
    expect(() => future.setRunningOrNotifyCancel()).toThrow(InvalidStateError);
    go.set();
    await future;
    expect(String(future)).toMatch(/^Future@[0-9a-f]+\(returned string\)$/);
  });

  it("waits of all kinds end when it is done", async () => {
    const executor = newPool();
    const go = new Event();
    const future = executor.submit(jobs.waitFor, go);
    expect(() => future.result({ timeout: 5 })).toThrow(TimeoutError);
    await expect(future.resultAsync({ timeout: 5 })).rejects.toThrow(TimeoutError);
    const gaveUp = new AbortController();
    const aborted = future.resultAsync({ signal: gaveUp.signal });
    gaveUp.abort(new Error("enough"));
    await expect(aborted).rejects.toThrow("enough");
    expect(waitSync([future], { timeout: 5 }).notDone.size).toBe(1);
    go.set();
    expect(waitSync([future, executor.submit(jobs.nap, 1)]).done.size).toBe(2);
    expect(await future.resultAsync({ timeout: 1000 })).toMatch(/_\d$/);
  });
});

describe("the constructor", () => {
  it.each([
    ["EX-083 none", { maxWorkers: 0 }, RangeError],
    ["EX-083 less than none", { maxWorkers: -1 }, RangeError],
    ["a half", { maxWorkers: 1.5 }, RangeError],
    ["EX-084 a text", { maxWorkers: "x" }, TypeError],
    ["EX-089 an initializer that can not be called", { initializer: 5 }, TypeError],
    ["initargs", { initargs: 5 }, TypeError],
    ["initargs that can not travel", { initargs: [() => {}] }, TypeError],
    ["a prefix", { threadNamePrefix: 5 }, TypeError],
    ["no task at once", { concurrentTasksPerWorker: 0 }, RangeError],
    ["an unknown option", { max_workers: 1 }, TypeError],
  ])("refuses %s", (_what, options, error) => {
    expect(() => new ThreadPoolExecutor(options as never)).toThrow(error);
  });

  it("EX-085 takes as many workers as processors, and four, but at most 32", async () => {
    const { availableParallelism } = await import("node:os");
    expect(new ThreadPoolExecutor().maxWorkers).toBe(Math.min(32, availableParallelism() + 4));
  });

  it("EX-081 an executor of one's own says how it submits", () => {
    class Here extends Executor {
      submit = ((fn: (...args: unknown[]) => unknown, ...args: unknown[]) =>
        newPool().submit(jobs.echo, fn(...args))) as never;
      shutdown(): void {}
      async shutdownAsync(): Promise<void> {}
    }
    expect([...new Here().map((n: number) => n + 1, [1, 2])]).toEqual([2, 3]);
  });
});

describe("workers", () => {
  it("EX-086 one that is free is used again", async () => {
    const executor = newPool({ maxWorkers: 4 });
    const idents = new Set<number>();
    for (let time = 0; time < 20; time++) idents.add((await executor.submit(jobs.who))[0]);
    for (let time = 0; time < 20; time++) idents.add(executor.submit(jobs.who).result()[0]);
    expect(idents.size).toBe(1);
  });

  it("EX-087 EX-088 there are as many as may be for many tasks, each with its name", async () => {
    const executor = newPool({ maxWorkers: 3, threadNamePrefix: "Special" });
    const [go, begun] = [new Event(), new AtomicInt32(0)];
    const futures = Array.from({ length: 45 }, () => executor.submit(jobs.waitFor, go, begun));
    await until("all work", () => begun.load() === 3);
    expect(names("Special")).toEqual(["Special_0", "Special_1", "Special_2"]);
    go.set();
    expect(new Set(await Promise.all(futures)).size).toBe(3);
  });

  it("EX-088 names come from the number of the pool if it has no prefix", async () => {
    const [, first] = await newPool().submit(jobs.who);
    const [, second] = await newPool().submit(jobs.who);
    const number = Number(first.match(/^ThreadPoolExecutor-(\d+)_0$/)?.[1]);
    expect(second).toBe(`ThreadPoolExecutor-${number + 1}_0`);
  });

  it("EX-090 an initializer has run in each before its first task", async () => {
    const times = new AtomicInt32(0);
    const executor = newPool({ initializer: jobs.initialize, initargs: ["hello", times] });
    const go = new Event();
    const futures = [executor.submit(jobs.waitFor, go), executor.submit(jobs.waitFor, go)];
    await until("both are up", () => times.load() === 2);
    go.set();
    await Promise.all(futures);
    for (let time = 0; time < 4; time++) expect(await executor.submit(jobs.greet)).toBe("hello");
    expect(times.load()).toBe(2);
  });

  it("EX-091 EX-092 EX-124 EX-141 an initializer that throws breaks the pool, and that is reported", async () => {
    const go = new Event();
    const executor = newPool({ initializer: jobs.initializeBadly, initargs: [go] });
    const futures = Array.from({ length: 5 }, () => executor.submit(jobs.who));
    go.set();
    for (const future of futures) {
      const error = (await failure(future)) as BrokenExecutorError;
      expect(error).toBeInstanceOf(BrokenExecutorError);
      expect(error).toBeInstanceOf(ConcurrencyError);
      expect(error.cause).toBeInstanceOf(jobs.ShelfError);
    }
    expect(() => executor.submit(jobs.who)).toThrow(BrokenExecutorError);
    await until("it is reported", () => reported.length > 0);
    expect(reported[0]).toMatch(/_[01]: .*no shelf/);
    executor.shutdown();
    expect(String(executor)).toMatch(/^ThreadPoolExecutor@[0-9a-f]+\(broken, workers=0, queued=0\)$/);
  });

  it("workers that can not come up break it, instead of being started for ever", async () => {
    const executor = newPool({ maxWorkers: 1, initializer: jobs.exit, initargs: [0] });
    const error = (await failure(executor.submit(jobs.who))) as BrokenExecutorError;
    expect(error.message).toMatch(/the executor is broken: Error: \d+ workers in a row died before they were ready/);
  });

  const deaths: Record<string, (executor: ThreadPoolExecutor) => Future<unknown>> = {
    "exits with 0": (executor) => executor.submit(jobs.exit, 0),
    "exits with 1": (executor) => executor.submit(jobs.exit, 1),
    "runs out of memory": (executor) => executor.submit(jobs.fillHeap),
  };
  it.each(Object.entries(deaths))(
    "EX-093 EX-094 EX-123 one that %s costs its own task, and is replaced",
    async (_how, kill) => {
      const executor = newPool({ maxWorkers: 1, resourceLimits: { maxOldGenerationSizeMb: 24 } });
      const [ident] = await executor.submit(jobs.who);
      const [doomed, next] = [kill(executor), executor.submit(jobs.who)];
      expect(await failure(doomed)).toBeInstanceOf(WorkerDiedError);
      expect((await next)[0]).not.toBe(ident);
      // Also for one who is blocked.
      const [another, after] = [kill(executor), executor.submit(jobs.power, 2, 3)];
      expect(another.exception()).toBeInstanceOf(WorkerDiedError);
      expect(after.result()).toBe(8);
    },
  );

  it("one that is terminated costs its own task, and is replaced", async () => {
    const executor = newPool({ maxWorkers: 1, threadNamePrefix: "Victim" });
    const begun = new AtomicInt32(0);
    const [doomed, next] = [executor.submit(jobs.spin, begun), executor.submit(jobs.power, 2, 3)];
    await until("it spins", () => begun.load() === 1);
    void enumerate()
      .find(({ name }) => name === "Victim_0")
      ?.terminate();
    expect(await failure(doomed)).toBeInstanceOf(WorkerDiedError);
    expect(await next).toBe(8);
  });

  it("an error that nobody catches when the task is done costs nothing but the worker", async () => {
    const executor = newPool({ maxWorkers: 1 });
    expect(await executor.submit(jobs.failLater)).toBe("so far so good");
    await until("it is reported", () => reported.some((report) => report.endsWith("Error: later")));
    expect(await executor.submit(jobs.power, 2, 3)).toBe(8);
  });

  it("what a task leaves behind in the event loop goes on while there is nothing to do", async () => {
    const executor = newPool({ maxWorkers: 1 });
    const cell = new AtomicInt32(0);
    await executor.submit(jobs.countLater, cell);
    await until("it was done", () => cell.load() === 1);
  });

  it.each([1, 3])("does %i async tasks at a time, as it is told", async (concurrentTasksPerWorker) => {
    const executor = newPool({ maxWorkers: 1, concurrentTasksPerWorker });
    const [inside, most] = [new AtomicInt32(0), new AtomicInt32(0)];
    await Promise.all(Array.from({ length: 9 }, () => executor.submit(jobs.napAsync, 5, inside, most)));
    expect([inside.load(), most.load()]).toEqual([0, concurrentTasksPerWorker]);
  });
});

describe("stats", () => {
  it("count what is queued, running, done and failed, and how long it took", async () => {
    const executor = newPool();
    const [go, begun] = [new Event(), new AtomicInt32(0)];
    expect(executor.stats()).toMatchObject({ workers: 0, queued: 0, running: 0, done: 0, failed: 0 });
    expect(executor.stats().runTime).toEqual({ p50: 0, p90: 0, p99: 0, max: 0 });
    const futures = Array.from({ length: 5 }, () => executor.submit(jobs.waitFor, go, begun));
    await until("two work", () => begun.load() === 2);
    expect(executor.stats()).toMatchObject({ workers: 2, queued: 3, running: 2, done: 0 });
    go.set();
    await Promise.all(futures);
    await failure(executor.submit(jobs.fail, "no"));
    await failure(executor.submit(jobs.exit, 0));
    for (let time = 0; time < 20; time++) await executor.submit(jobs.nap, 8);
    const { queued, running, done, failed, waitTime, runTime } = executor.stats();
    expect([queued, running, done, failed]).toEqual([0, 0, 27, 2]);
    expect(runTime.p50).toBeGreaterThan(7);
    expect(runTime.p50).toBeLessThanOrEqual(runTime.p90);
    expect(waitTime.p50).toBeLessThanOrEqual(waitTime.max);
    expect(waitTime.max).toBeGreaterThan(0);
  });
});

describe("shutdown", () => {
  it("EX-098 EX-099 EX-100 nothing is taken any more; it may be called again", async () => {
    const executor = newPool();
    await executor.submit(jobs.who);
    executor.shutdown();
    executor.shutdown();
    await executor.shutdownAsync();
    expect(() => executor.submit(jobs.who)).toThrow(InvalidStateError);
    expect(() => executor.map(jobs.echo, [1])).toThrow(InvalidStateError);
    expect([...executor.map(jobs.echo, [])]).toEqual([]);
    expect(() => executor.shutdown({ wait: 1 } as never)).toThrow(TypeError);
    expect(() => executor.shutdown({ cancel: true } as never)).toThrow(/unknown option cancel/);
  });

  it.each(["blocking", "async"])("EX-101 EX-111 finishes what was accepted first: %s", async (form) => {
    const executor = newPool({ threadNamePrefix: `Worker ${form}` });
    const futures = Array.from({ length: 50 }, (_, index) => executor.submit(jobs.nap, index % 3));
    if (form === "blocking") executor.shutdown();
    else await executor.shutdownAsync();
    expect(futures.every(({ done }) => done)).toBe(true);
    expect(futures.map((future) => future.result())).toEqual(futures.map((_, index) => index % 3));
    expect(names(`Worker ${form}`)).toEqual([]);
  });

  it("EX-102 returns at once if it is not to wait, and what was accepted is done", async () => {
    const executor = newPool();
    const go = new Event();
    const futures = Array.from({ length: 9 }, () => executor.submit(jobs.waitFor, go));
    executor.shutdown({ wait: false });
    expect(futures.some(({ done }) => done)).toBe(false);
    go.set();
    expect((await Promise.all(futures)).length).toBe(9);
  });

  it("EX-103 cancels what nobody has begun, if told", async () => {
    const executor = newPool();
    const [go, begun] = [new Event(), new AtomicInt32(0)];
    const futures = Array.from({ length: 50 }, () => executor.submit(jobs.waitFor, go, begun));
    await until("two work", () => begun.load() === 2);
    const ended = executor.shutdownAsync({ cancelFutures: true });
    expect(futures.filter(({ cancelled }) => cancelled).length).toBe(48);
    go.set();
    await ended;
    expect(futures.filter(({ done }) => done).length).toBe(50);
  });

  it("EX-104 EX-105 a scope ends with it, however it is left", async () => {
    let future: Future<number>;
    {
      using executor = new ThreadPoolExecutor({ maxWorkers: 1 });
      future = executor.submit(jobs.nap, 20);
    }
    expect(future.done).toBe(true);
    const leave = async (): Promise<void> => {
      await using executor = new ThreadPoolExecutor({ maxWorkers: 1 });
      future = executor.submit(jobs.nap, 20);
      throw new Error("left");
    };
    await expect(leave()).rejects.toThrow("left");
    expect(future.done).toBe(true);
  });

  it("EX-106 a pool that nobody has any more does what it has, and ends", async () => {
    const cell = new AtomicInt32(0);
    const submitAndForget = (): void => {
      const executor = new ThreadPoolExecutor({ maxWorkers: 1, threadNamePrefix: "Forgotten" });
      for (let time = 0; time < 5; time++) executor.submit(jobs.count, cell);
    };
    submitAndForget();
    await until("all is done", () => cell.load() === 5);
    await until("it has ended", () => {
      collectGarbage();
      return names("Forgotten").length === 0;
    });
  });

  it("EX-109 a cancelled future does not hold it up", () => {
    for (let time = 0; time < 10; time++) {
      const executor = new ThreadPoolExecutor({ maxWorkers: 1 });
      executor.submit(jobs.who).cancel();
      executor.submit(jobs.who).cancel();
      executor.shutdown();
    }
  });

  it("EX-110 map, and shut down at once", async () => {
    for (let time = 0; time < 10; time++) {
      const executor = new ThreadPoolExecutor({ maxWorkers: 2 });
      const results = executor.map(jobs.echo, [1, 2, 3]);
      executor.shutdown();
      expect([...results]).toEqual([1, 2, 3]);
    }
  });

  it("a worker that dies after it was shut down is replaced for what is left: EX-115", async () => {
    const executor = newPool({ maxWorkers: 1 });
    const futures = [executor.submit(jobs.nap, 20), executor.submit(jobs.exit, 0), executor.submit(jobs.power, 2, 3)];
    executor.shutdown();
    expect(futures[1]?.exception()).toBeInstanceOf(WorkerDiedError);
    expect(futures[2]?.result()).toBe(8);
  });
});

describe("terminate", () => {
  it("EX-134 EX-136 ends what is running, and cancels the rest", async () => {
    const executor = newPool({ threadNamePrefix: "Ended" });
    const begun = new AtomicInt32(0);
    const running = [executor.submit(jobs.spin, begun), executor.submit(jobs.spin, begun)];
    const queued = [executor.submit(jobs.who), executor.submit(jobs.who)];
    await until("both spin", () => begun.load() === 2);
    await executor.terminate();
    for (const future of running) expect(await failure(future)).toBeInstanceOf(WorkerDiedError);
    for (const future of queued) await expect(future).rejects.toThrow(CancelledError);
    expect(names("Ended")).toEqual([]);
    expect(() => executor.submit(jobs.who)).toThrow(InvalidStateError);
  });

  it("EX-135 of a pool without workers does nothing", async () => {
    const executor = newPool();
    await executor.terminate();
    await executor.terminate();
  });
});
