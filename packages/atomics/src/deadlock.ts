// Before a thread falls asleep in an endless wait for a lock, it says in its slot which lock that is, and follows the chain: who owns
// the lock, which lock that one waits for, who owns that, … If the chain comes back to the thread, nobody in it can ever go on.
//
// Why nobody is missed: each of them says what it waits for before it looks, and owns what it owns before that; so the last one to say
// so sees the whole circle. Why there is no false alarm: the chain is checked once more, from its end. The last one waits for a lock of
// this thread, which can not release it now, so that one is stuck; so the lock that it owns stays its own, and who waits for that is
// stuck, too; and so on. Who waits only for a time does not say so. A lock that was ever released by somebody else than its owner is
// no part of a chain. And one thread at a time throws: the others find the circle broken.

import type { Agent } from "./agent.ts";
import { slotOf } from "./agent-table.ts";
import { Agents } from "./agents.ts";
import { DeadlockError } from "./errors.ts";
import { nameOf, traceOf } from "./label.ts";
import {
  AGENT_WAITS_FOR,
  BY_TASK,
  FREE,
  HANDED_LOCK,
  HEADER_DEADLOCK_LOCK,
  LOCK_DEPTH,
  NODE_NEXT,
  NODE_STATE,
  OWNER,
  SIGNAL,
} from "./layout.ts";
import { lockSpin, unlockSpin } from "./spin-lock.ts";
import { WaitQueue } from "./wait-queue.ts";
import { anyPrimitive } from "./withdrawal.ts";

/** A thread and the lock that it waits for. */
interface Link {
  readonly id: number;
  readonly lock: number;
}

/** Says, until it is 0 again, which lock this thread waits for without end. */
export function announceWait({ heap, base }: Agent, lock: number): void {
  Atomics.store(heap.reach(base), base + AGENT_WAITS_FOR, lock);
}

/**
 * Checks that the wait which this thread announced can end.
 *
 * @throws {DeadlockError} If it waits for itself; the wait is called off then.
 */
export function checkDeadlock(queue: WaitQueue): void {
  const { agent, owner } = queue;
  const chain = chainFrom(agent);
  if (chain === undefined || !isStuck(agent, chain)) return;
  if (chain.length === 1 && !owner.isHopeless?.()) return;
  const { words } = agent.heap;
  lockSpin(words, HEADER_DEADLOCK_LOCK, agent.id);
  const closed = isStuck(agent, chain);
  if (closed) announceWait(agent, 0);
  unlockSpin(words, HEADER_DEADLOCK_LOCK);
  if (closed) throw new DeadlockError(draw(agent, chain));
}

/** The chain from this thread back to itself; undefined if it ends elsewhere. */
function chainFrom(agent: Agent): Link[] | undefined {
  const chain: Link[] = [];
  for (let id = agent.id; ; ) {
    const lock = waitOf(agent, id);
    if (lock === 0) return undefined;
    chain.push({ id, lock });
    id = ownerOf(agent, lock);
    if (id === agent.id) return chain;
    // A circle that others are in: one of them will find it.
    if (id === FREE || chain.some((link) => link.id === id)) return undefined;
  }
}

/** Whether the chain still stands, each link found so after the one behind it. */
function isStuck(agent: Agent, chain: readonly Link[]): boolean {
  let behind = agent.id;
  for (const { id, lock } of chain.toReversed()) {
    if (waitOf(agent, id) !== lock || ownerOf(agent, lock) !== behind) return false;
    if (isUndelivered(agent, lock)) return false;
    behind = id;
  }
  return true;
}

/** The lock that an agent's thread waits for without end; 0 for none. */
function waitOf({ heap }: Agent, id: number): number {
  const base = slotOf(heap, id);
  return base === 0 ? 0 : Atomics.load(heap.reach(base), base + AGENT_WAITS_FOR);
}

/** Who owns a lock; nobody if it serves as a signal. */
function ownerOf({ heap }: Agent, lock: number): number {
  const words = heap.reach(lock);
  return words[lock + LOCK_DEPTH] === SIGNAL ? FREE : Atomics.load(words, lock) & OWNER;
}

/** Whether the lock was handed to an async waiter that has not noticed: it gives the lock back before its thread sleeps. */
function isUndelivered(agent: Agent, lock: number): boolean {
  if ((Atomics.load(agent.heap.reach(lock), lock) & BY_TASK) === 0) return false;
  const queue = new WaitQueue(agent, lock, anyPrimitive);
  queue.lock();
  let node = queue.first;
  while (node !== 0 && agent.heap.reach(node)[node + NODE_STATE] !== HANDED_LOCK) {
    node = agent.heap.reach(node)[node + NODE_NEXT] as number;
  }
  queue.unlock();
  return node !== 0;
}

/** What the chain looks like, a line for each link. */
function draw(agent: Agent, chain: readonly Link[]): string {
  const agents = new Agents(agent.heap);
  const threadOf = (id: number): string => agents.name(id) ?? "a thread that has ended";
  const lines = chain.map(({ id, lock }, index) => {
    const owner = threadOf((chain[(index + 1) % chain.length] as Link).id);
    const by = (Atomics.load(agent.heap.reach(lock), lock) & BY_TASK) === 0 ? owner : `an async task of ${owner}`;
    const name = nameOf(agent, lock) || `@${lock.toString(16)}`;
    const trace = traceOf(agent, lock);
    return `\n  ${threadOf(id)} waits for lock ${name}, which ${by} holds${trace && `, acquired\n${trace}`}`;
  });
  return `waiting would never end:${lines.join("")}`;
}
