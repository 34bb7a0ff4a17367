import type { Agent } from "./agent.ts";
import { isDead } from "./agent-table.ts";
import { BY_TASK, LOCK_TASK, NODE_AGENT, NODE_SINCE, NODE_TASK, ORPHANED, OWNER, WAITERS } from "./layout.ts";

/**
 * Milliseconds after which a waiter that others were faster than has the lock handed to it. Less makes the shares of threads more even
 * where one is faster, and costs changes of threads. Measured alone, the slower of two threads gets some 0.9 of what the other gets, and
 * 0.6 to 0.9 with 1 ms, for some 3 % of what both get done; in a whole run of the benchmark less is gained.
 */
export const PATIENCE = 0.25;

/** Parts of a millisecond in which the time is kept. */
const UNITS = 16;

// The platform works it out at each reading.
const ORIGIN = performance.timeOrigin;

/** Makes a waiter the owner of the lock in whose line it stands. Needs the line's lock. */
export function makeOwner({ heap }: Agent, lock: number, node: number): void {
  const words = heap.reach(lock);
  const nodes = heap.reach(node);
  const task = nodes[node + NODE_TASK] as number;
  words[lock + LOCK_TASK] = task;
  const marks = (Atomics.load(words, lock) & ORPHANED) | WAITERS;
  Atomics.store(words, lock, marks | (nodes[node + NODE_AGENT] as number) | (task === 0 ? 0 : BY_TASK));
}

/** Goes on where one stopped who died while it handed a lock over. Needs the line's lock. */
export function finishHandOver(agent: Agent, lock: number, node: number): void {
  if (isDead(agent, Atomics.load(agent.heap.reach(lock), lock) & OWNER)) makeOwner(agent, lock, node);
}

/** For how many milliseconds others were faster than a node's waiter; counts from the first time it is asked. */
export function passedOverFor(words: Int32Array, node: number): number {
  const now = commonTime();
  const since = words[node + NODE_SINCE] as number;
  if (since === 0) words[node + NODE_SINCE] = now;
  return since === 0 ? 0 : ((now - since) | 0) / UNITS;
}

/** Has the next who releases what a node's waiter wants hand it over. */
export function makeNext(words: Int32Array, node: number): void {
  words[node + NODE_SINCE] = (commonTime() - 2 * PATIENCE * UNITS) | 1;
}

/** Threads have different origins of time. The sum wraps around, so only differences mean something; odd, it is never 0. */
function commonTime(): number {
  return ((ORIGIN + performance.now()) * UNITS) | 1;
}
