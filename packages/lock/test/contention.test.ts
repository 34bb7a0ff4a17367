import { getEventListeners } from "node:events";
import { Arena } from "@conc/atomics";
import { runThreads, sharedCells, startThread, until, waitersOf } from "@conc/testkit";
import { describe, expect, it } from "vitest";
import { BoundedSemaphore, Lock, RLock, Semaphore } from "../src/index.ts";
import { CELLS, CLASHES, READY, STOP, SUM, work } from "./workers/contend.ts";

const THREADS = new URL("./workers/contend.ts", import.meta.url);

type OneAtATime = Lock | RLock | Semaphore;

function expectNothingLeft(lock: OneAtATime): void {
  expect(lock.locked).toBe(false);
  expect(waitersOf(lock)).toBe(0);
  expect(Arena.default.agent.pending).toBe(0);
  if (lock instanceof Semaphore) expect(lock.value).toBe(1);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe.each([Lock, RLock, Semaphore, BoundedSemaphore])("%o in contention", (Class) => {
  it("LK-014 four threads that each add 1 to a plain cell a million times lose nothing", async () => {
    const lock = new Class();
    const cells = sharedCells(CELLS);
    // A contended semaphore costs a change of threads each time, for permits go to those who wait: ten at a time there.
    const run = lock instanceof Semaphore ? 10 : 1;
    await runThreads(4, THREADS, "count", lock, cells, 4, 1_000_000, run);
    expect(cells[SUM]).toBe(4_000_000);
    expectNothingLeft(lock);
  });

  it("LK-113 blocking waiters in threads and async ones here: each gets in, in 2,000 rounds", async () => {
    const lock = new Class();
    const cells = sharedCells(CELLS);
    const threads = runThreads<number>(2, THREADS, "visit", lock, cells, 2, 2000);
    let entered = 0;
    const task = async (): Promise<void> => {
      for (let round = 0; round < 2000; round++) {
        await lock.acquireAsync();
        work(cells);
        if (round % 100 === 0) await turn();
        lock.release();
        entered++;
      }
    };
    await until("both threads run", () => cells[READY] === 2);
    await Promise.all([task(), task()]);
    for (const times of await threads) entered += times;
    expect(cells[CLASHES]).toBe(0);
    expect(cells[SUM]).toBe(entered);
    expectNothingLeft(lock);
  });

  it("timeouts and aborts that race with releases of another thread lose no permit and no wake-up", async () => {
    const lock = new Class();
    const cells = sharedCells(CELLS);
    const holder = startThread<number>(THREADS, "hold", lock, cells, 0.2);
    await until("it holds", () => cells[READY] === 1);
    const outcomes = { entered: 0, late: 0, aborted: 0 };
    const signals: AbortSignal[] = [];
    const task = async (number: number): Promise<void> => {
      for (let round = 0; round < 100; round++) {
        const controller = new AbortController();
        const { signal } = controller;
        signals.push(signal);
        const timeout = round % 2 === 0 ? Math.random() * 3 : undefined;
        if (round % 3 !== 0) setTimeout(() => controller.abort(number), Math.random() * 3);
        try {
          if (await lock.acquireAsync({ timeout, signal })) {
            work(cells);
            lock.release();
            outcomes.entered++;
          } else {
            outcomes.late++;
          }
        } catch (error) {
          expect(error).toBe(number);
          outcomes.aborted++;
        }
      }
    };
    await Promise.all(Array.from({ length: 30 }, (_, number) => task(number)));
    Atomics.store(cells, STOP, 1);
    const held = await holder.result;
    expect(cells[CLASHES]).toBe(0);
    expect(cells[SUM]).toBe(outcomes.entered + held);
    expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(0);
    expectNothingLeft(lock);
    expect(signals.flatMap((signal) => getEventListeners(signal, "abort"))).toEqual([]);
  });

  it("aborts in the turn of the release, before or after it, lose no permit and no wake-up", async () => {
    const lock = new Class();
    let entered = 0;
    let aborted = 0;
    let inside = 0;
    const task = async (number: number): Promise<void> => {
      for (let round = 0; round < 100; round++) {
        const controller = new AbortController();
        const acquired = lock.acquireAsync({ signal: controller.signal });
        // Some microtasks later, so in the middle of what others do in the same turn.
        let steps = (number * 7 + round * 3) % 23;
        const abortLater = (): void => {
          if (steps-- > 0) queueMicrotask(abortLater);
          else controller.abort(new Error("enough"));
        };
        if ((number + round) % 2 === 0) abortLater();
        try {
          await acquired;
        } catch {
          aborted++;
          continue;
        }
        expect(++inside).toBe(1);
        for (let step = round % 4; step > 0; step--) await null;
        if (round % 10 === 0) await turn();
        inside--;
        lock.release();
        entered++;
      }
    };
    await Promise.all(Array.from({ length: 40 }, (_, number) => task(number)));
    expect(entered + aborted).toBe(4000);
    expect(aborted).toBeGreaterThan(100);
    expectNothingLeft(lock);
  });

  it("a thread that takes it over and over does not keep out a thread or a task", async () => {
    const lock = new Class();
    const cells = sharedCells(CELLS);
    const holder = startThread<number>(THREADS, "hold", lock, cells, 0.01);
    await until("it holds", () => cells[READY] === 1);
    for (let round = 0; round < 10; round++) {
      expect(lock.acquire({ timeout: 5000 })).toBe(true);
      lock.release();
      expect(await lock.acquireAsync({ timeout: 5000 })).toBe(true);
      lock.release();
    }
    Atomics.store(cells, STOP, 1);
    await holder.result;
    expectNothingLeft(lock);
  });

  it("tasks that take it over and over do not keep out a thread", async () => {
    const lock = new Class();
    let passed = false;
    const threads = runThreads(2, THREADS, "pass", lock).then(() => {
      passed = true;
    });
    const task = async (): Promise<void> => {
      for (let round = 0; !passed; round++) {
        await lock.acquireAsync();
        if (round % 10 === 0) await turn();
        lock.release();
      }
    };
    await Promise.all([task(), task(), task()]);
    await threads;
    expectNothingLeft(lock);
  });

  it("a thread that blocks is not held up by its own tasks, which asked before and can not run", async () => {
    const lock = new Class();
    const cells = sharedCells(CELLS);
    const holder = startThread(THREADS, "holdUntilAwaited", lock, cells, 4);
    await until("it holds", () => cells[READY] === 1);
    const task = async (): Promise<void> => {
      await lock.acquireAsync();
      lock.release();
    };
    const tasks = [task(), task()];
    const other = runThreads(1, THREADS, "pass", lock);
    await until("three wait", () => waitersOf(lock) === 3);
    expect(lock.acquire({ timeout: 5000 })).toBe(true);
    lock.release();
    await Promise.all([...tasks, other, holder.result]);
    expectNothingLeft(lock);
  });

  it("those who wait cost no processor time", async () => {
    const lock = new Class();
    const guard = await lock.guardAsync();
    const threads = runThreads(3, THREADS, "pass", lock);
    await until("three threads wait", () => waitersOf(lock) === 3);
    const tasks = Array.from({ length: 100 }, () => lock.acquireAsync({ timeout: 20_000 }));
    await turn();
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(100);
    guard.release();
    await Promise.all([threads, ...tasks.map((acquired) => acquired.then(() => lock.release()))]);
    expectNothingLeft(lock);
  });
});

describe.each([Lock, Semaphore])("%o as a signal", (Class) => {
  it("2,000 signals go back and forth between a blocked thread and a task, and none is lost", async () => {
    const [ping, pong] = [new Class(), new Class()];
    for (const lock of [ping, pong]) lock.acquire();
    const thread = startThread(THREADS, "answer", ping, pong, 2000);
    for (let round = 0; round < 2000; round++) {
      ping.release();
      expect(await pong.acquireAsync()).toBe(true);
    }
    await thread.result;
    expect([waitersOf(ping), waitersOf(pong), Arena.default.agent.pending]).toEqual([0, 0, 0]);
  });
});
