// What is done to many waiters of a queue at once; apart from the queue, for locks need none of it.

import { NODE_NEXT } from "./layout.ts";
import type { WaitQueue } from "./wait-queue.ts";

/** Grants the `count` oldest waiters of a queue what they wait for, and says how many there were. */
export function grantOldest(queue: WaitQueue, count: number): number {
  const granted: number[] = [];
  queue.lock();
  while (granted.length < count && queue.first !== 0) granted.push(queue.take());
  queue.unlock();
  for (const node of granted) queue.wake(node);
  return granted.length;
}

/** How many wait in a queue; out of date as soon as read. */
export function countWaiting(queue: WaitQueue): number {
  queue.lock();
  let count = 0;
  for (let node = queue.first; node !== 0; node = queue.agent.heap.reach(node)[node + NODE_NEXT] as number) count++;
  queue.unlock();
  return count;
}
