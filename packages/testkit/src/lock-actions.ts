// What the flows of the suites of locks and semaphores do by themselves; everything else they are told call by call.
// A module of its own, for the threads import it and must not load vitest.
import {
  Arena,
  anyPrimitive,
  countWaiting,
  NODE_STATE,
  notify,
  type Shareable,
  toHandle,
  WaitQueue,
} from "@conc/atomics";
import type { Exclusive } from "@conc/lock";
import type { Form } from "./form.ts";

/** What locks, semaphores and conditions have in common. */
export type Acquirable = Shareable &
  Pick<
    Exclusive & { readonly locked: boolean },
    | "acquire"
    | "acquireAsync"
    | "tryAcquire"
    | "release"
    | "locked"
    | "guard"
    | "guardAsync"
    | "runExclusive"
    | "runExclusiveAsync"
  >;

/** Of the two words of an object's block that are not its own. */
const OBJECT_WORDS = 2;

/** How many wait for a lock or semaphore, or for the lock of a condition. */
export function waitersOf(object: Shareable): number {
  return countWaiting(lineOf(object));
}

/** Wakes the thread that stands first in the line, although nothing has changed. */
export function disturbFirst(object: Shareable): void {
  const line = lineOf(object);
  if (line.first !== 0) notify(line.agent, line.first + NODE_STATE);
}

/** The line of those who wait for a lock or semaphore, or for the lock of a condition. */
export function lineOf(object: Shareable): WaitQueue {
  const handle = toHandle(object);
  const { arena, offset } = (handle.lock as typeof handle | undefined) ?? handle;
  return new WaitQueue((Arena.find(arena) as Arena).agent, offset / 4 + OBJECT_WORDS, anyPrimitive);
}

/** Acquires, and says how that ended and how long it took, in milliseconds. */
export async function timed(
  form: Form,
  lock: Acquirable,
  options?: object,
): Promise<{ result: boolean; elapsed: number }> {
  const start = performance.now();
  const result: boolean = await form.call(lock, "acquire", options);
  return { result, elapsed: performance.now() - start };
}

/** Acquires, counts itself in the first cell, releases. */
export async function pass(form: Form, lock: Acquirable, cells: Int32Array): Promise<void> {
  await form.call(lock, "acquire");
  Atomics.add(cells, 0, 1);
  lock.release();
}

/** Acquires so many times without a release, and counts each in the first cell. */
export async function take(form: Form, lock: Acquirable, cells: Int32Array, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    await form.call(lock, "acquire");
    Atomics.add(cells, 0, 1);
  }
}

/** Acquires, finds out how many are inside at once, releases; resolves to the most it has seen. */
export async function visit(form: Form, lock: Acquirable, cells: Int32Array, times: number): Promise<number> {
  let most = 0;
  for (let time = 0; time < times; time++) {
    await form.call(lock, "acquire");
    most = Math.max(most, Atomics.add(cells, 0, 1) + 1);
    await pause(form);
    Atomics.sub(cells, 0, 1);
    lock.release();
  }
  return most;
}

/** Adds 3 to the first cell, which only the lock protects, `times` times: 1 at each of three levels. */
export async function countNested(
  form: Form,
  lock: Acquirable,
  cells: Int32Array,
  times: number,
  levels = 3,
): Promise<void> {
  for (let time = 0; time < times; time++) {
    await form.call(lock, "acquire");
    const before = cells[0] as number;
    if (levels > 1) await countNested(form, lock, cells, 1, levels - 1);
    // Others get a chance to interfere while it holds.
    if (form.kind === "async") await null;
    cells[0] = before + levels;
    lock.release();
  }
}

/** Releases as soon as so many wait. */
export async function releaseWhenAwaited(form: Form, lock: Acquirable, waiters: number): Promise<void> {
  while (waitersOf(lock) < waiters) await pause(form);
  lock.release();
}

/** A millisecond in which others run. */
async function pause(form: Form): Promise<void> {
  if (form.kind === "async") await new Promise((resolve) => setTimeout(resolve, 1));
  else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}
