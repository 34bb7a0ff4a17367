// What is asked of a queue beyond what locks need, which are smaller without it.

import type { Agent } from "./agent.ts";
import { AGENT_BLOCKED, AGENT_SELF, AGENT_STATE, GRANTED, NODE_NEXT, NODE_QUEUE, NODE_STATE } from "./layout.ts";
import { isThread, notify } from "./sleeping.ts";
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

/**
 * Takes all out of a line, granted, of a primitive whose value has no mark for it. Needs the queue's lock.
 *
 * They are out of the line first, in one step, then each is granted and told at once that it stands in none: a thread that polls its node
 * finds both together. Should this agent die in between, `repair` finds those who are not granted yet and puts them back, for they say that
 * they stand here, and lets go those who are.
 *
 * @param threads Is given the nodes of blocked threads, to be roused once the lock is free.
 * @returns What `unlock` needs.
 */
export function grantAll(queue: WaitQueue, threads: number[]): number[] {
  const { agent } = queue;
  const woken: number[] = [];
  let node = queue.first;
  queue.link(0, 0);
  while (node !== 0) {
    const words = agent.heap.reach(node);
    const next = words[node + NODE_NEXT] as number;
    if (isThread(agent, node)) {
      Atomics.store(words, node + NODE_STATE, GRANTED);
      threads.push(node);
    } else {
      woken.push(queue.tell(node, GRANTED));
    }
    // Last: from now on the node may be used for another wait.
    Atomics.store(words, node + NODE_QUEUE, 0);
    node = next;
  }
  return woken;
}

/** Wakes threads that were granted what they wait for, unless they are awake. */
export function rouse(agent: Agent, threads: readonly number[]): void {
  for (const node of threads) {
    const base = node - AGENT_SELF;
    // It says that it is blocked, and then sees its node's state before it falls asleep.
    if (Atomics.load(agent.heap.reach(base), base + AGENT_STATE) === AGENT_BLOCKED) notify(agent, node + NODE_STATE);
  }
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
