// What is asked of a queue beyond what locks need, which are smaller without it.

import { NODE_NEXT } from "./layout.ts";
import type { WaitQueue } from "./wait-queue.ts";
import type { Waiter } from "./waiter.ts";

/** Grants the `count` oldest waiters of a queue what they wait for, and says how many there were. */
export function grantOldest(queue: WaitQueue, count: number): number {
  const woken: number[] = [];
  queue.lock();
  while (woken.length < count && queue.first !== 0) woken.push(queue.grant());
  queue.unlock(woken);
  return woken.length;
}

/** How many wait in a queue; out of date as soon as read. */
export function countWaiting(queue: WaitQueue): number {
  queue.lock();
  const length = lengthOf(queue);
  queue.unlock();
  return length;
}

/** How many stand in a line. Needs the queue's lock. */
export function lengthOf({ agent: { heap }, first }: WaitQueue): number {
  let length = 0;
  for (let node = first; node !== 0; node = heap.reach(node)[node + NODE_NEXT] as number) length++;
  return length;
}

/** Whether a waiter stands in the queue; a signal that says only "look again" is answered with that. */
export function standsIn(queue: WaitQueue, waiter: Waiter): boolean {
  // It never comes back, so that it is no more here needs no second look.
  if (waiter.queue !== queue.at) return false;
  queue.lock();
  const here = waiter.queue === queue.at;
  // Under the lock, for once it is moved to another line a signal is meant for that one.
  if (here) waiter.waitOn();
  queue.unlock();
  return here;
}
