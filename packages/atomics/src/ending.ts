// The end of an agent: those who wait for it are let go, what it held or waited for is cleared up, its slot is free again.
//
// Anyone may declare an agent dead who knows that it is: itself on its way out, whoever terminated it, whoever watched it die.
// It happens once, however many know.

import type { Agent } from "./agent.ts";
import { slotOf } from "./agent-table.ts";
import { Agents } from "./agents.ts";
import { forEachTaken } from "./coalesce.ts";
import { attempt } from "./contention.ts";
import type { Deadline } from "./deadline.ts";
import { freeObject } from "./disposal.ts";
import { NODE, OBJECT } from "./heap.ts";
import {
  AGENT_BEREFT,
  AGENT_DEAD,
  AGENT_END,
  AGENT_ENDING,
  AGENT_ID,
  AGENT_READY,
  AGENT_SELF,
  AGENT_STATE,
  HEADER_DEATHS,
  NODE_AGENT,
  NODE_STATE,
  OBJECT_COUNT,
  QUEUE_VALUE,
  SIGNALLED,
  WAITING,
} from "./layout.ts";
import { releaseAll } from "./sharing.ts";
import { notify, tell } from "./sleeping.ts";
import { bereave } from "./tickets.ts";
import { WaitQueue } from "./wait-queue.ts";
import { grantOldest } from "./waiters.ts";
import { anyPrimitive, withdraw } from "./withdrawal.ts";

/** What `AGENT_END` holds once the agent is dead. */
const ENDED = 1;

/** The line of those who wait for an agent to end. */
function endQueue(agent: Agent, id: number, base: number): WaitQueue {
  return new WaitQueue(agent, base + AGENT_END, {
    ...anyPrimitive,
    // Asked under the queue's lock, as is the value changed under it: no mark is needed. A new tenant of the slot is another agent.
    admit: () => slotOf(agent.heap, id) === 0 || agent.heap.reach(base)[base + AGENT_END + QUEUE_VALUE] === ENDED,
    asyncForm: "joinAsync",
  });
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
  if (!declareDead(agent, id)) return false;
  clearUp(agent, id);
  return true;
}

/**
 * Declares an agent dead: locks and spin locks that it has can be taken over. Needs no lock itself.
 *
 * @returns Whether the caller is the one to clear up after it.
 */
export function declareDead(agent: Agent, id: number): boolean {
  const base = slotOf(agent.heap, id);
  if (base === 0) return false;
  // Of its own spin locks nobody may rob the caller. Should it be killed while it clears up, somebody else will see that it is dead.
  const state = id === agent.id ? AGENT_ENDING : AGENT_DEAD;
  if (Atomics.exchange(agent.heap.reach(base), base + AGENT_STATE, state) === AGENT_DEAD) return false;
  // After that, and before anybody is woken: who has seen this number has seen who is dead.
  Atomics.add(agent.heap.words, HEADER_DEATHS, 1);
  return true;
}

/**
 * As {@link clearUp} by one who alone can notice the death of others, and so must not wait for what they may hold.
 *
 * @returns false if something was held; call it again, later.
 */
export function tryClearUp(agent: Agent, id: number): boolean {
  return attempt(() => clearUp(agent, id));
}

/** Clears up after a dead agent. One that did not get to its end may be followed by another one, of whomever. */
function clearUp(agent: Agent, id: number): void {
  const base = slotOf(agent.heap, id);
  if (base === 0) return;
  const words = agent.heap.reach(base);
  const nodes = nodesOf(agent, id);
  for (const node of [base + AGENT_SELF, ...nodes]) withdraw(agent, node, false);
  bereave(agent, base);
  releaseAll(agent, base);
  for (const node of nodes) agent.heap.free(node, agent.id);
  for (const place of privateObjectsOf(agent, id)) freeObject(agent, place);

  announceEnd(agent, id);
  signalAll(agent);
  Atomics.store(words, base + AGENT_ID, 0);
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

/** The blocks of the objects that an agent never shared: nobody else can need them. */
function privateObjectsOf(agent: Agent, id: number): number[] {
  const places: number[] = [];
  forEachTaken(agent, OBJECT, (words, place) => {
    if (words[place + OBJECT_COUNT] === -id) places.push(place);
  });
  return places;
}

/** The nodes of an agent's async waits. */
function nodesOf(agent: Agent, id: number): number[] {
  const nodes: number[] = [];
  forEachTaken(agent, NODE, (words, place) => {
    if (words[place + NODE_AGENT] === id) nodes.push(place);
  });
  return nodes;
}

/**
 * Has everyone who waits look again: what they wait for may have belonged to the dead. And as that one may have died between a change
 * and its announcement, all are woken, and look for async waiters of theirs of which they were not told.
 */
function signalAll(agent: Agent): void {
  const woken: number[] = [];
  // Whether or not the node stands in a line yet: its waiter may have looked at the value just before, and be about to join.
  const signal = (words: Int32Array, node: number): void => {
    if (Atomics.compareExchange(words, node + NODE_STATE, WAITING, SIGNALLED) !== WAITING) return;
    if (!agent.serve(node)) woken.push(tell(agent, node));
  };
  try {
    for (const id of new Agents(agent.heap).ids()) {
      const base = slotOf(agent.heap, id);
      if (base === 0) continue;
      const words = agent.heap.reach(base);
      signal(words, base + AGENT_SELF);
      Atomics.store(words, base + AGENT_BEREFT, 1);
      woken.push(base + AGENT_SELF + NODE_STATE, base + AGENT_READY);
    }
    // None of these nodes can be freed meanwhile: that takes the heap's lock.
    forEachTaken(agent, NODE, signal);
  } finally {
    for (const word of woken) notify(agent, word);
  }
}
