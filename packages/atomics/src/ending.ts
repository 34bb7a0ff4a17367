// The end of an agent: those who wait for it are let go, what it held or waited for is cleared up, its slot is free again.
//
// Anyone may declare an agent dead who knows that it is: itself on its way out, whoever terminated it, whoever watched it die.
// It happens once, however many know.

import type { Agent } from "./agent.ts";
import { slotOf } from "./agent-table.ts";
import { Agents } from "./agents.ts";
import { sweep } from "./coalesce.ts";
import type { Deadline } from "./deadline.ts";
import {
  AGENT_DEAD,
  AGENT_END,
  AGENT_ID,
  AGENT_SELF,
  AGENT_STATE,
  AGENT_WAITERS,
  NODE_QUEUE,
  NODE_STATE,
  NODE_WORDS,
  QUEUE_VALUE,
  WAITERS_PER_BLOCK,
} from "./layout.ts";
import { OBJECT_COUNT } from "./references.ts";
import { releaseAll } from "./sharing.ts";
import { type Waitable, WaitQueue } from "./wait-queue.ts";
import { SIGNALLED, WAITING } from "./waiter.ts";
import { grantOldest } from "./waiters.ts";

/** What `AGENT_END` holds once the agent is dead. */
const ENDED = 1;

/** The line of those who wait for an agent to end. */
function endQueue(agent: Agent, id: number, base: number): WaitQueue {
  const ended: Waitable = {
    // Asked under the queue's lock, as is the value changed under it: no mark is needed. A new tenant of the slot is another agent.
    enter: () => slotOf(agent.heap, id) === 0 || agent.heap.reach(base)[base + AGENT_END + QUEUE_VALUE] === ENDED,
    left: () => false,
    passOn: () => {},
    asyncForm: "joinAsync",
  };
  return new WaitQueue(agent, base + AGENT_END, ended);
}

/** Blocks until the agent has ended; false if the time ran out first. */
export function waitForEnd(agent: Agent, id: number, deadline: Deadline): boolean {
  const base = slotOf(agent.heap, id);
  if (!new Agents(agent.heap).isAlive(id)) return true;
  if (deadline.remaining() === 0) return false;
  return endQueue(agent, id, base).wait(deadline);
}

/** As {@link waitForEnd}, without blocking. */
export function waitForEndAsync(agent: Agent, id: number, deadline: Deadline, signal?: AbortSignal): Promise<boolean> {
  const base = slotOf(agent.heap, id);
  if (!new Agents(agent.heap).isAlive(id)) return Promise.resolve(true);
  if (deadline.remaining() === 0) return Promise.resolve(false);
  return endQueue(agent, id, base).waitAsync(deadline, signal);
}

/**
 * Declares an agent dead and clears up after it. The agent may be the caller itself, which must not touch the arena afterwards.
 *
 * @returns false if it had ended already.
 */
export function endAgent(agent: Agent, id: number): boolean {
  const base = slotOf(agent.heap, id);
  if (base === 0) return false;
  const words = agent.heap.reach(base);
  if (Atomics.exchange(words, base + AGENT_STATE, AGENT_DEAD) === AGENT_DEAD) return false;

  leaveQueues(agent, base);
  releaseAll(agent, base);
  // What it never shared nobody else can need.
  sweep(agent, (heapWords, place) => heapWords[place + OBJECT_COUNT] === -id);
  freeWaiters(agent, base);

  announceEnd(agent, id);
  Atomics.store(words, base + AGENT_ID, 0);

  signalAll(agent);
  return true;
}

/** Lets those go who wait for the agent to end, although it may have to live on a little. */
export function announceEnd(agent: Agent, id: number): void {
  const base = slotOf(agent.heap, id);
  if (base === 0) return;
  const joiners = endQueue(agent, id, base);
  joiners.lock();
  agent.heap.reach(base)[base + AGENT_END + QUEUE_VALUE] = ENDED;
  joiners.unlock();
  grantOldest(joiners, Number.POSITIVE_INFINITY);
}

/** Takes a dead agent's waiters out of the lines they stand in. */
function leaveQueues(agent: Agent, base: number): void {
  for (const node of nodesOf(agent, base)) {
    const words = agent.heap.reach(node);
    // It may be moved to another line, or granted, while we look.
    for (let at = Atomics.load(words, node + NODE_QUEUE); at !== 0; at = Atomics.load(words, node + NODE_QUEUE)) {
      // The line may keep its mark although nobody stands in it any more: all primitives bear with that.
      const queue = new WaitQueue(agent, at, {
        enter: () => false,
        left: () => false,
        passOn: () => {},
        asyncForm: "",
      });
      queue.lock();
      let next = 0;
      if (Atomics.load(words, node + NODE_QUEUE) === at) {
        const signalled = Atomics.load(words, node + NODE_STATE) === SIGNALLED;
        queue.unlink(node);
        Atomics.store(words, node + NODE_QUEUE, 0);
        if (signalled) next = queue.signal();
      }
      queue.unlock();
      queue.wake(next);
    }
  }
}

/** Has everyone who waits look again: what they wait for may have belonged to the dead. */
function signalAll(agent: Agent): void {
  for (const id of new Agents(agent.heap).ids()) {
    const base = slotOf(agent.heap, id);
    if (base === 0) continue;
    for (const node of nodesOf(agent, base)) {
      const words = agent.heap.reach(node);
      if (Atomics.load(words, node + NODE_QUEUE) === 0) continue;
      if (Atomics.compareExchange(words, node + NODE_STATE, WAITING, SIGNALLED) === WAITING) agent.wake(node);
    }
  }
}

function* nodesOf(agent: Agent, base: number): Generator<number> {
  yield base + AGENT_SELF;
  let block = Atomics.load(agent.heap.reach(base), base + AGENT_WAITERS);
  while (block !== 0) {
    for (let index = 1; index < WAITERS_PER_BLOCK; index++) yield block + index * NODE_WORDS;
    block = agent.heap.reach(block)[block] as number;
  }
}

function freeWaiters(agent: Agent, base: number): void {
  let block = Atomics.exchange(agent.heap.reach(base), base + AGENT_WAITERS, 0);
  while (block !== 0) {
    const next = agent.heap.reach(block)[block] as number;
    agent.heap.free(block, agent.id);
    block = next;
  }
}
