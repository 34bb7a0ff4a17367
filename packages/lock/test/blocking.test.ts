import { BlockingNotAllowedError, Heap, OpenArena, Place, ThreadMemory } from "@conc/atomics";
import { startThread, until, waitersOf } from "@conc/testkit";
import { describe, expect, it } from "vitest";
import { BoundedSemaphore, Lock, RLock, Semaphore } from "../src/index.ts";

const MAIN_THREAD = new URL("./workers/main-thread.ts", import.meta.url);
const MAX_BYTES = 2 ** 24;
const STRUCT_BYTES = 64;

describe.each([Lock, RLock, Semaphore, BoundedSemaphore])("%o on a browser's main thread", (Class) => {
  it("LK-115 refuses to block, and names the async form, which works", async () => {
    const lock = new Class();
    const guard = lock.guard();
    const refusal = expect.stringContaining("acquireAsync()");
    expect(await startThread(MAIN_THREAD, "tryToBlock", lock).result).toEqual([refusal, refusal, false, false]);
    const waited = startThread(MAIN_THREAD, "wait", lock);
    await until("it waits", () => waitersOf(lock) === 1);
    guard.release();
    expect(await waited.result).toEqual([true, true]);
    expect(lock.locked).toBe(false);
  });
});

describe.each([Lock, RLock, Semaphore])("%o on a page without shared memory", (Class) => {
  /** Makes one in memory that no other thread can see. */
  function make(): Lock | RLock | Semaphore {
    const length = Heap.initialBytes(MAX_BYTES);
    const arena = new OpenArena(new ThreadMemory(new ArrayBuffer(length, { maxByteLength: MAX_BYTES })));
    const place = new Place(arena, arena.create(STRUCT_BYTES));
    const lock = new (Class as unknown as new (place: Place) => Lock | RLock | Semaphore)(place);
    if (lock instanceof Semaphore) lock.release();
    return lock;
  }

  it("LK-115 a blocking call that would have to wait is refused, for nobody could end it; others work", () => {
    const lock = make();
    expect(lock.acquire()).toBe(true);
    // In no task, so an RLock is the thread's own, and may be acquired again.
    if (lock instanceof RLock) {
      expect(lock.acquire()).toBe(true);
      lock.release();
    } else {
      expect(() => lock.acquire()).toThrow(BlockingNotAllowedError);
      expect(() => lock.acquire({ timeout: 10 })).toThrow("acquireAsync()");
      expect(() => lock.guard()).toThrow(BlockingNotAllowedError);
      expect(lock.acquire({ timeout: 0 })).toBe(false);
      expect(lock.tryAcquire()).toBe(false);
    }
    expect(lock.locked).toBe(true);
    lock.release();
    expect(lock.locked).toBe(false);
  });

  it("LK-115 async waits get in, in order, run out of time and are aborted as elsewhere", async () => {
    const lock = make();
    const entered: number[] = [];
    const task = async (number: number): Promise<void> => {
      using _held = await lock.guardAsync();
      entered.push(number);
      await new Promise((resolve) => setTimeout(resolve, 10));
    };
    const tasks = [1, 2, 3].map(task);
    expect(await lock.acquireAsync({ timeout: 5 })).toBe(false);
    const controller = new AbortController();
    const aborted = lock.acquireAsync({ signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(aborted).rejects.toThrow("enough");
    await Promise.all(tasks);
    expect(entered).toEqual([1, 2, 3]);
    expect(lock.locked).toBe(false);
    expect(await lock.runExclusiveAsync(() => lock.locked)).toBe(true);
    expect(lock.locked).toBe(false);
  });
});
