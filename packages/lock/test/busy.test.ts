import { setTimeout as sleep } from "node:timers/promises";
import { sharedCells, startThread, until, waitersOf } from "@conc/testkit";
import { describe, expect, it } from "vitest";
import { BoundedSemaphore, Semaphore } from "../src/index.ts";
import { GOT_ONE, MAY_REST, WAITS } from "./workers/busy.ts";

const THREADS = new URL("./workers/busy.ts", import.meta.url);

/** How long the last permit may take to arrive, in milliseconds. */
const SOON = 5000;

/** After so long a waiter is handed the next permit: more than the millisecond that it takes. */
const PATIENT = 10;

describe.each([Semaphore, BoundedSemaphore])("%o: a thread that computes while its tasks wait", (Class) => {
  /** One with no permits, for which tasks of a thread that computes wait, and after them what `queueUp` adds, and a blocked thread. */
  async function crowd(tasks: number, queueUp: (semaphore: Semaphore) => unknown = () => {}) {
    const semaphore = new Class(9);
    for (let permit = 0; permit < 9; permit++) semaphore.acquire();
    const cells = sharedCells(3);
    const busy = startThread<void>(THREADS, "acquireWhileBusy", semaphore, cells, tasks);
    await until("its tasks wait", () => Atomics.load(cells, WAITS) === 1);
    const before = waitersOf(semaphore);
    const others = queueUp(semaphore);
    const added = waitersOf(semaphore) - before;
    const blocked = startThread<void>(THREADS, "acquire", semaphore, cells);
    await until("a thread waits", () => waitersOf(semaphore) === tasks + added + 1);
    return {
      semaphore,
      others,
      blockedGotOne: () => Atomics.load(cells, GOT_ONE) === 1,
      /** Blocks this thread until the other one has its permit. */
      waitForBlocked: () => Atomics.wait(cells, GOT_ONE, 0, SOON) !== "timed-out",
      async finish() {
        Atomics.store(cells, MAY_REST, 1);
        await Promise.all([busy.result, blocked.result]);
        expect(waitersOf(semaphore)).toBe(0);
        expect(semaphore.value).toBe(0);
      },
    };
  }

  it.each([1, 5])("keeps %i permits from a thread behind it, and not more", async (tasks) => {
    const { semaphore, blockedGotOne, finish } = await crowd(tasks);
    for (let permit = 0; permit <= tasks; permit++) semaphore.release();
    await until("the thread has its permit", blockedGotOne);
    await finish();
  });

  it("keeps one from a thread behind it, and not more, when it was handed that for its patience", async () => {
    const { semaphore, blockedGotOne, finish } = await crowd(1);
    semaphore.release();
    await sleep(PATIENT);
    semaphore.release();
    await until("the thread has its permit", blockedGotOne);
    await finish();
  });

  it("does not keep what a waiter gives up that was told of a second one", async () => {
    const controller = new AbortController();
    const { semaphore, others, blockedGotOne, finish } = await crowd(1, (semaphore) =>
      expect(semaphore.acquireAsync({ signal: controller.signal })).rejects.toThrow("given up"),
    );
    semaphore.release();
    semaphore.release();
    controller.abort(new Error("given up"));
    await until("the thread has its permit", blockedGotOne);
    await others;
    await finish();
  });

  it("does not keep what a task was told of whose thread then blocks", async () => {
    const { semaphore, others, waitForBlocked, finish } = await crowd(1, (semaphore) => semaphore.acquireAsync());
    semaphore.release();
    semaphore.release();
    // A wait of this library, for what nobody does, lets go what its tasks were told of.
    expect(new Semaphore(0).acquire({ timeout: 50 })).toBe(false);
    expect(waitForBlocked()).toBe(true);
    semaphore.release();
    await others;
    await finish();
  });
});
