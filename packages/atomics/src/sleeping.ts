// How a thread blocks, and what becomes of its async waiters meanwhile. They can not go on before the thread is awake again, so they
// must not be given what others could use: while an agent is BLOCKED its async waiters are passed over, and what they were told just
// before, and had no time to notice, is passed on. When the thread wakes up they look for themselves.
//
// Why nobody is missed. A thread says that it is blocked, and then looks at its READY stack; who tells one of its async waiters something
// pushes it there, then looks whether the thread is blocked, and if so wakes it: one of the two sees the other. In the same way who passes
// a waiter over marks the agent as having MISSED something, then looks once more whether it is blocked; and the thread says that it
// runs, and then looks at the mark.

import { endIfDead } from "./afterlife.ts";
import type { Agent } from "./agent.ts";
import { slotOf } from "./agent-table.ts";
import { Deadline } from "./deadline.ts";
import { announceWait, checkDeadlock } from "./deadlock.ts";
import {
  AGENT_BEREFT,
  AGENT_BLOCKED,
  AGENT_MISSED,
  AGENT_READY,
  AGENT_SELF,
  AGENT_STATE,
  HEADER_HEAP_LOCK,
  NODE_AGENT,
  NODE_QUEUE,
  NODE_READY,
  NODE_STATE,
  SIGNALLED,
  WAITING,
} from "./layout.ts";
import type { Bell } from "./memory.ts";
import { lockSpin, unlockSpin } from "./spin-lock.ts";
import { WaitQueue } from "./wait-queue.ts";
import type { Waiter } from "./waiter.ts";
import { anyPrimitive, withdraw } from "./withdrawal.ts";

/**
 * Goes on waiting, blocked, as one who stands in this line already; false if the time ran out first.
 *
 * @param returns Whether the waiter had the lock before, and has to have it again.
 */
export function resumeBlocked(queue: WaitQueue, waiter: Waiter, deadline: Deadline, returns = false): boolean {
  const { agent, owner, at } = queue;
  const watched = deadline.isEndless && owner.isHopeless !== undefined;
  const check = (): void => {
    announceWait(agent, at, returns);
    checkDeadlock(queue);
  };
  try {
    while (!queue.outlasts(waiter, deadline) && !queue.isAdmitted(waiter)) {
      const remaining = deadline.remaining();
      if (remaining === 0) return !queue.leave(waiter);
      queue.rest(remaining, watched ? check : undefined);
    }
    return true;
  } catch (error) {
    if (queue.leave(waiter)) throw error;
    // After all it was handed the lock.
    return true;
  } finally {
    if (watched) announceWait(agent, 0);
  }
}

/**
 * Sleeps while nobody tells the thread's own node anything, at most `timeout` milliseconds. May return early for no reason.
 *
 * @param check Called when others know that this thread is blocked, right before it falls asleep; throws if it must not.
 */
export function park(agent: Agent, timeout: number, check?: () => void): void {
  endIfDead(agent.heap.words, agent.id);
  let most = timeout;
  for (const chore of agent.chores) most = Math.min(most, chore());
  agent.beforeSleep?.();
  const { base, memory } = agent;
  const words = agent.heap.reach(base);
  const before = Atomics.exchange(words, base + AGENT_STATE, AGENT_BLOCKED);
  try {
    stepAside(agent);
    check?.();
    memory.wait(words, base + AGENT_SELF + NODE_STATE, WAITING, most);
  } finally {
    endIfDead(agent.heap.words, agent.id);
    Atomics.compareExchange(words, base + AGENT_STATE, AGENT_BLOCKED, before);
    serveReady(agent);
    if (take(words, base + AGENT_MISSED) !== 0) lookAgain(agent);
  }
}

/**
 * Has a thread do its chores if it is blocked, or is about to be. It does them after its node says WAITING and before it falls asleep: so
 * either it sees what was changed before this call, or is seen to wait.
 */
export function stir(agent: Agent, id: number): void {
  const base = slotOf(agent.heap, id);
  if (base === 0) return;
  const word = base + AGENT_SELF + NODE_STATE;
  if (Atomics.compareExchange(agent.heap.reach(base), word, WAITING, SIGNALLED) === WAITING) notify(agent, word);
}

/** Empties a word. It mostly is empty, and to look costs less than to exchange. */
function take(words: Int32Array, index: number): number {
  return Atomics.load(words, index) === 0 ? 0 : Atomics.exchange(words, index, 0);
}

/** Sleeps for some time. */
export function sleepFor(agent: Agent, ms: number): void {
  agent.mayBlock("sleepAsync");
  const deadline = new Deadline(ms);
  for (let left = ms; left > 0; left = deadline.remaining()) {
    // Each time: what it may have been told is no reason to stay awake.
    agent.self.begin(0);
    park(agent, left);
  }
}

/** Passes on what this agent's async waiters were told and have not noticed. */
function stepAside(agent: Agent): void {
  serveReady(agent);
  for (const { node } of agent.takeTold()) {
    if (withdraw(agent, node, true)) Atomics.store(agent.heap.reach(agent.base), agent.base + AGENT_MISSED, 1);
    else agent.serve(node);
  }
}

/** Has this agent's async waiters look for themselves. */
function lookAgain(agent: Agent): void {
  for (const node of agent.nodes) {
    const words = agent.heap.reach(node);
    if (Atomics.compareExchange(words, node + NODE_STATE, WAITING, SIGNALLED) === WAITING) agent.serve(node);
  }
}

/** Has this agent serve those of its async waiters whom others told something. */
function serveReady(agent: Agent): void {
  serveTold(agent);
  const { heap, base } = agent;
  if (take(heap.reach(base), base + AGENT_BEREFT) !== 0) serveUntold(agent);
}

/**
 * Serves those whose state somebody changed who died before it told this agent. It did so under the lock of the line, or while it held the
 * heap: who has both, and still finds one that was not told, will not be told of it any more. Nor will one that was taken out of its line
 * by who made that whole.
 */
function serveUntold(agent: Agent): void {
  for (const node of [...agent.nodes]) {
    const words = agent.heap.reach(node);
    const at = Atomics.load(words, node + NODE_QUEUE);
    if (Atomics.load(words, node + NODE_STATE) === WAITING) continue;
    const queue = at === 0 ? undefined : new WaitQueue(agent, at, anyPrimitive);
    queue?.lock();
    lockSpin(agent.heap.words, HEADER_HEAP_LOCK, agent.id);
    serveTold(agent);
    const now = Atomics.load(words, node + NODE_QUEUE);
    if ((now === at || now === 0) && Atomics.load(words, node + NODE_STATE) !== WAITING) agent.serveOnce(node);
    unlockSpin(agent.heap.words, HEADER_HEAP_LOCK);
    queue?.unlock();
  }
}

function serveTold(agent: Agent): void {
  const { heap, base } = agent;
  let node = take(heap.reach(base), base + AGENT_READY);
  if (node === 0) return;
  const told: number[] = [];
  for (; node !== 0; node = heap.reach(node)[node + NODE_READY] as number) told.push(node);
  // The stack has the newest on top; they are served in the order in which they were told.
  for (const each of told.reverse()) agent.serve(each);
}

const watching = new WeakSet<Agent>();

/** Has an agent notice that others wake its async waiters. */
export function watch(agent: Agent): void {
  if (watching.has(agent) || agent.pending === 0) return;
  watching.add(agent);
  const { heap, base } = agent;
  bellOf(agent).watch(heap.reach(base), base + AGENT_READY, 0, () => {
    watching.delete(agent);
    serveReady(agent);
    watch(agent);
  });
}

/** Tells the agent of a node. */
export function tell({ heap }: Agent, node: number): number {
  const words = heap.reach(node);
  const base = slotOf(heap, words[node + NODE_AGENT] as number);
  if (base === 0) return 0;
  const slot = heap.reach(base);
  const self = base + AGENT_SELF;
  // It says that it is blocked, and then sees the new state before it falls asleep: unless it has said so, it needs no waking.
  if (node === self) return Atomics.load(slot, base + AGENT_STATE) === AGENT_BLOCKED ? self + NODE_STATE : 0;
  let top: number;
  do {
    top = Atomics.load(slot, base + AGENT_READY);
    words[node + NODE_READY] = top;
  } while (Atomics.compareExchange(slot, base + AGENT_READY, top, node) !== top);
  if (Atomics.load(slot, base + AGENT_STATE) !== AGENT_BLOCKED) return top === 0 ? base + AGENT_READY : 0;
  // It will find the node when it is awake.
  return Atomics.compareExchange(slot, self + NODE_STATE, WAITING, SIGNALLED) === WAITING ? self + NODE_STATE : 0;
}

/** Wakes an agent. */
export function notify(agent: Agent, word: number): void {
  if (word !== 0) bellOf(agent).notify(agent.heap.reach(word), word);
}

/** Whether a waiter is a thread, and not one of its tasks. */
export function isThread({ heap }: Agent, node: number): boolean {
  return node === slotOf(heap, heap.reach(node)[node + NODE_AGENT] as number) + AGENT_SELF;
}

/** Whether a waiter can not go on now. */
export function isAway(agent: Agent, node: number): boolean {
  if (isThread(agent, node)) return false;
  const { heap } = agent;
  const base = slotOf(heap, heap.reach(node)[node + NODE_AGENT] as number);
  if (base === 0) return true;
  const words = heap.reach(base);
  if (Atomics.load(words, base + AGENT_STATE) !== AGENT_BLOCKED) return false;
  Atomics.store(words, base + AGENT_MISSED, 1);
  return Atomics.load(words, base + AGENT_STATE) === AGENT_BLOCKED;
}

function bellOf({ memory }: Agent): Bell {
  return memory.bell ?? threadBell;
}

const threadBell: Bell = {
  notify(words, index) {
    Atomics.notify(words, index);
  },

  watch(words, index, value, changed) {
    // Of an arena that is not shared nobody else can wake anyone.
    if (words.buffer instanceof ArrayBuffer) return;
    const result = Atomics.waitAsync(words, index, value);
    if (result.async) result.value.then(changed);
    else queueMicrotask(changed);
  },
};
