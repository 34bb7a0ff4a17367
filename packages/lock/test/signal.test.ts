// A plain lock may be released by anybody, also while a task of the thread has not noticed yet that it was handed the lock.

import { Arena, HANDED_LOCK, layout, NODE_STATE, sleepFor, toHandle } from "@conc/atomics";
import { type Flow, Flows, waitersOf } from "@conc/testkit";
import { lineOf } from "@conc/testkit/lock-actions.ts";
import { afterAll, afterEach, expect, it } from "vitest";
import { Lock } from "../src/index.ts";

const flows = new Flows(new URL(import.meta.resolve("@conc/testkit/lock-actions.ts")));
const { agent, heap } = Arena.default;
const bed = new Int32Array(new SharedArrayBuffer(4));

afterEach(() => expect(agent.pending).toBe(0));
afterAll(() => flows.end());

/** A lock that a task of this thread was handed, which has not noticed and does not before this thread awaits something. */
async function handed(
  signal?: AbortSignal,
): Promise<{ lock: Lock; task: Promise<boolean>; released: Promise<unknown> }> {
  const [other] = (await flows.take(1, "threads")) as [Flow];
  const lock = new Lock();
  toHandle(lock);
  await other.call(lock, "acquire");
  const task = lock.acquireAsync({ signal });
  task.catch(() => {});
  const node = lineOf(lock).first;
  const words = heap.reach(node);
  // Others have been faster than the task for some milliseconds, so that it is handed the lock.
  words[node + layout.NODE_SINCE] = ((performance.timeOrigin + performance.now() - 4) * 16) | 1;
  const released = other.call(lock, "release");
  while (Atomics.load(words, node + NODE_STATE) !== HANDED_LOCK) Atomics.wait(bed, 0, 0, 1);
  return { lock, task, released };
}

it("who acquires it after that keeps it, although the thread then blocks", async () => {
  const { lock, task, released } = await handed();
  lock.release();
  expect(lock.tryAcquire()).toBe(true);
  sleepFor(agent, 5);
  expect(lock.locked).toBe(true);
  // The task had it for a moment.
  expect(await task).toBe(true);
  expect([lock.locked, waitersOf(lock)]).toEqual([true, 0]);
  lock.release();
  await released;
});

it("who acquires it after that keeps it, although the task's wait is aborted", async () => {
  const controller = new AbortController();
  const { lock, task, released } = await handed(controller.signal);
  lock.release();
  expect(lock.tryAcquire()).toBe(true);
  controller.abort("enough");
  expect(lock.locked).toBe(true);
  await expect(task).rejects.toBe("enough");
  expect([lock.locked, waitersOf(lock)]).toEqual([true, 0]);
  lock.release();
  await released;
});

it("who is not handed it before the task has noticed that it was released gets it", async () => {
  const { lock, task, released } = await handed();
  const next = lock.acquireAsync();
  lock.release();
  expect(await Promise.all([task, next])).toEqual([true, true]);
  expect([lock.locked, waitersOf(lock)]).toEqual([true, 0]);
  lock.release();
  await released;
});
