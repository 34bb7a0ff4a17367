// Before a thread falls asleep in an endless wait for a lock, it says in its slot which lock that is, and follows the chain: who owns
// the lock, which lock that one waits for, who owns that, … If the chain comes back to the thread, nobody in it can ever go on.
//
// Why nobody is missed: each of them says what it waits for before it looks, and owns what it owns before that; so the last one to say
// so sees the whole circle. Why there is no false alarm: the chain is checked once more, from its end. The last one waits for a lock of
// this thread, which can not release it now, so that one is stuck; so the lock that it owns stays its own, and who waits for that is
// stuck, too; and so on. Who waits only for a time does not say so, nor do the dead wait. A lock that was ever released by somebody else
// than its owner is no part of a chain. And one thread at a time throws: the others find the circle broken.
//
// A thread that comes back from a condition, notified or out of time, has to get the lock back, and sleeps on until it does: who notifies it
// says for it what it waits for now. It never throws, for its caller counts on the lock, and would give back what it has not; but it has
// another one in the circle look again, which does. There is one. Were all of them coming back, each to a lock that the one behind it holds,
// take the one whose wait began last: it held its lock then, and the one behind it, asleep already, held that as well. Who waits with a
// plain lock that it does not own has released somebody else's, which is no part of a chain from then on.

import type { Agent } from "./agent.ts";
import { isDead, slotOf } from "./agent-table.ts";
import { Agents } from "./agents.ts";
import { DeadlockError } from "./errors.ts";
import { makeNext } from "./handing.ts";
import { nameOf, traceOf } from "./label.ts";
import {
  AGENT_SELF,
  AGENT_WAITS_FOR,
  BY_TASK,
  FREE,
  HANDED_LOCK,
  HEADER_DEADLOCK_LOCK,
  LOCK_DEPTH,
  NODE_AGENT,
  NODE_STATE,
  OWNER,
  SIGNAL,
  SIGNALLED,
  WAITING,
} from "./layout.ts";
import { notify } from "./sleeping.ts";
import { lockSpin, unlockSpin } from "./spin-lock.ts";
import { WaitQueue } from "./wait-queue.ts";
import { anyPrimitive, lineOf } from "./withdrawal.ts";

/** A thread and the lock that it waits for. */
interface Link {
  readonly id: number;
  readonly lock: number;
  /** Whether it had the lock before, and has to have it again. */
  readonly returns: boolean;
}

/**
 * Says, until it is 0 again, which lock this thread waits for without end.
 *
 * @param returns Whether it had the lock before, and has to have it again.
 */
export function announceWait({ heap, base }: Agent, lock: number, returns = false): void {
  Atomics.store(heap.reach(base), base + AGENT_WAITS_FOR, returns ? -lock : lock);
}

/** Says so for a waiter that is moved into the line for a lock that it had before. Needs the lock of that line. */
export function announceReturn({ heap }: Agent, node: number, lock: number): void {
  const base = slotOf(heap, heap.reach(node)[node + NODE_AGENT] as number);
  // Only threads say what they wait for.
  if (node === base + AGENT_SELF) Atomics.store(heap.reach(base), base + AGENT_WAITS_FOR, -lock);
}

/**
 * Checks that the wait which this thread announced can end.
 *
 * @throws {DeadlockError} If it waits for itself; the wait is called off then. Never in a thread that had the lock before.
 */
export function checkDeadlock(queue: WaitQueue): void {
  const { agent, owner } = queue;
  const chain = chainFrom(agent);
  if (chain === undefined || !isStuck(agent, chain)) return;
  const [self] = chain as [Link];
  if (chain.length === 1 && !owner.isHopeless?.()) return;
  if (self.returns) {
    const other = chain.find(({ returns }) => !returns);
    if (other) lookAgain(agent, other.id);
    return;
  }
  const { words } = agent.heap;
  lockSpin(words, HEADER_DEADLOCK_LOCK, agent.id);
  const closed = isStuck(agent, chain);
  if (closed) announceWait(agent, 0);
  unlockSpin(words, HEADER_DEADLOCK_LOCK);
  if (!closed) return;
  letPass(agent, chain.at(-1) as Link);
  throw new DeadlockError(draw(queue, chain));
}

/**
 * Has the one who waits for a lock of this thread get it as soon as this thread gives it up. Else, should this thread begin anew and be
 * faster, they would meet in the same circle again, and again.
 */
function letPass({ heap }: Agent, { id }: Link): void {
  const base = slotOf(heap, id);
  if (base !== 0) makeNext(heap.reach(base), base + AGENT_SELF);
}

/** The chain from this thread back to itself; undefined if it ends elsewhere. */
function chainFrom(agent: Agent): Link[] | undefined {
  const chain: Link[] = [];
  for (let id = agent.id; ; ) {
    const wait = waitOf(agent, id);
    if (wait === 0) return undefined;
    const lock = Math.abs(wait);
    chain.push({ id, lock, returns: wait < 0 });
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
    if (Math.abs(waitOf(agent, id)) !== lock || ownerOf(agent, lock) !== behind) return false;
    if (isUndelivered(agent, lock)) return false;
    behind = id;
  }
  return true;
}

/** The lock that an agent's thread waits for without end, negative if it had that before; 0 for none. */
function waitOf(agent: Agent, id: number): number {
  const { heap } = agent;
  const base = slotOf(heap, id);
  return base === 0 || isDead(agent, id) ? 0 : Atomics.load(heap.reach(base), base + AGENT_WAITS_FOR);
}

/** Has a blocked thread look whether it is in a circle. */
function lookAgain(agent: Agent, id: number): void {
  const base = slotOf(agent.heap, id);
  const state = base + AGENT_SELF + NODE_STATE;
  if (base === 0) return;
  Atomics.compareExchange(agent.heap.reach(base), state, WAITING, SIGNALLED);
  notify(agent, state);
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
  const undelivered = lineOf(queue).some((node) => agent.heap.reach(node)[node + NODE_STATE] === HANDED_LOCK);
  queue.unlock();
  return undelivered;
}

/** The circle in words, a line for each thread in it. */
function draw({ agent, at, owner }: WaitQueue, chain: readonly Link[]): string {
  const agents = new Agents(agent.heap);
  const threadOf = (id: number): string => agents.name(id) || `thread ${id}`;
  const lines = chain.map(({ id, lock }, index) => {
    const next = (chain[(index + 1) % chain.length] as Link).id;
    const holder = id === next ? "itself" : threadOf(next);
    const task = `an async task of ${id === next ? "its own" : holder}`;
    const held = (Atomics.load(agent.heap.reach(lock), lock) & BY_TASK) === 0 ? holder : task;
    // The name of a lock that nobody else knows stands in the object alone.
    const name = nameOf(agent, lock) || (lock === at && owner.name);
    const trace = traceOf(agent, lock).replace(/^./gm, "  $&");
    const line = `${threadOf(id)} waits for lock ${name ? `"${name}"` : `@${lock.toString(16)}`}, held by ${held}`;
    return `\n  ${line}${trace && `, which acquired it\n${trace}`}`;
  });
  return `this wait would never end:${lines.join("")}`;
}
