// Threads that die while they hold a lock, the one that ends them and takes the time, and those who want the lock next.

import type { Condition, Event } from "@conc/condition";
import type { Lock, RLock, Semaphore } from "@conc/lock";
import type { Queue } from "@conc/queue";
import { waitersOf } from "@conc/testkit/lock-actions.ts";
import { type Slate, write } from "@conc/testkit/slate.ts";
import { sleep, type Thread, tasks } from "@conc/thread";

/** How a thread can die. */
export type Death = "terminated" | "throws" | "exits" | "out of memory";

/** What dies with its owner. */
export type Owned = Lock | RLock | Condition;

/** Milliseconds on a clock that all threads of the program read alike. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Acquires so many times, says so, and dies when it is told to. */
export function holdsAndDies(death: Death, lock: Owned | Semaphore, depth: number, held: Event, die: Event): void {
  for (let level = 0; level < depth; level++) lock.acquire();
  held.set();
  die.wait();
  if (death === "throws") throw new Error("nobody catches this");
  if (death === "exits") process.exit(7);
  if (death === "out of memory") fillsItsHeap();
  for (;;);
}

function fillsItsHeap(): never {
  let kept: unknown;
  for (;;) kept = { kept, more: [1, 2, 3] };
}

/** What a servant is to do, and what to set when that is done. */
export interface Order {
  readonly task: typeof executes | typeof inheritsWhen;
  readonly args: unknown[];
  readonly done: Event;
}

/** Does one thing after the other: to start a thread for each would take longer than all of them. What comes of it stands on a slate. */
export async function serves(orders: Queue<Order>, slate: Slate): Promise<void> {
  for await (const { task, args, done } of orders) {
    await (task as (...args: unknown[]) => unknown)(...args, slate);
    done.set();
  }
}

/** When a thread was seen to be dead, and the longest time meanwhile for which the one who looked did not run. */
export interface Seen {
  readonly dead: number;
  readonly lag: number;
}

/** Has a thread die that holds a lock, as soon as so many wait for it, and watches until it is dead. */
export function executes(
  victim: Thread,
  death: Death,
  [lock, waiters]: [Owned, number],
  [held, die]: [Event, Event],
  seen: Slate,
): void {
  held.wait();
  while (waitersOf(lock) < waiters) sleep(1);
  if (death === "terminated") void victim.terminate();
  else die.set();
  let lag = 0;
  for (let last = now(); victim.isAlive; ) {
    sleep(1);
    const time = now();
    lag = Math.max(lag, time - last);
    last = time;
  }
  write(seen, { dead: now(), lag } satisfies Seen);
}

/** How somebody came to hold a lock. */
export interface Heritage {
  /** What the acquire gave, or the name of what it threw. */
  readonly outcome: string;
  /** When. */
  readonly at: number;
  /** How deep it is held; of a plain lock, whether it is. */
  readonly held: number | boolean;
}

/** Acquires the lock of the dead, and lets it go without a word about what it guards. */
export async function inherits(form: "sync" | "async", lock: Owned): Promise<Heritage> {
  let outcome: string;
  try {
    outcome = String(form === "sync" ? lock.acquire() : await lock.acquireAsync());
  } catch (error) {
    outcome = (error as Error).name;
  }
  const at = now();
  const held = "depth" in lock ? lock.depth : lock.locked;
  lock.release();
  return { outcome, at, held };
}

/** As {@link inherits}, in another thread, which says when it is ready to go. */
export async function inheritsWhen(
  [ready, go]: [Event, Event],
  form: "sync" | "async",
  lock: Owned,
  answer: Slate,
): Promise<void> {
  ready.set();
  if (form === "sync") go.wait();
  else await go.waitAsync();
  write(answer, await inherits(form, lock));
}

/** Acquires for an async task, and never returns to it. */
export async function holdsAsync(lock: Owned, held: Event): Promise<void> {
  await lock.acquireAsync();
  held.set();
  for (;;);
}

/** Has an async task wait in line, and from when it is told to never returns to its event loop. */
export async function waitsAsync(what: Lock | Semaphore, waits: Event, spin: Event, spins: Event): Promise<void> {
  void what.acquireAsync();
  if (!spin.isSet) {
    const told = spin.waitAsync();
    waits.set();
    await told;
  }
  spins.set();
  for (;;);
}

/** Waits in line for as long as it lives, over and over. */
export function wantsForEver(what: Lock | Semaphore, waits: Event): void {
  waits.set();
  for (;;) {
    what.acquire();
    what.release();
  }
}

/** Notifies all, and dies with the lock. */
export function notifiesAndDies(condition: Condition, notified: Event): void {
  condition.acquire();
  condition.notifyAll();
  notified.set();
  for (;;);
}

/** Waits for a notification, and says how that ended. */
export async function waitsForNotification(
  form: "sync" | "async",
  condition: Condition,
  waits: Event,
  answer: Slate,
): Promise<void> {
  let outcome: string;
  if (form === "sync") condition.acquire();
  else await condition.acquireAsync();
  waits.set();
  try {
    outcome = String(form === "sync" ? condition.wait() : await condition.waitAsync());
  } catch (error) {
    outcome = (error as Error).name;
  }
  // Throws if it does not hold the lock.
  condition.notify();
  condition.recover();
  condition.release();
  write(answer, outcome);
}

tasks(import.meta, {
  ...{ holdsAndDies, executes, inheritsWhen, holdsAsync, waitsAsync, wantsForEver, notifiesAndDies },
  ...{ waitsForNotification, serves },
});
