import type { Agent } from "./agent.ts";
import { isDead } from "./agent-table.ts";
import { BY_TASK, LOCK_TASK, NODE_AGENT, NODE_TASK, ORPHANED, OWNER, WAITERS } from "./layout.ts";

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
