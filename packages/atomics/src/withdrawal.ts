import type { Agent } from "./agent.ts";
import { isDead, slotOf } from "./agent-table.ts";
import { Agents } from "./agents.ts";
import { eachBlock } from "./coalesce.ts";
import { finishHandOver } from "./handing.ts";
import { NODE, UNIT_WORDS } from "./heap.ts";
import {
  AGENT_SELF,
  BY_TASK,
  GRANTED,
  HANDED_LOCK,
  HANDED_PERMIT,
  NODE_AGENT,
  NODE_NEXT,
  NODE_QUEUE,
  NODE_STATE,
  OWNER,
  SIGNALLED,
  WAITING,
} from "./layout.ts";
import type { Waitable } from "./line.ts";
import { WaitQueue } from "./wait-queue.ts";

/** What stands behind a queue of which only the line matters, not what kind of primitive it belongs to. */
export const anyPrimitive: Waitable = {
  admit: () => false,
  changed: () => false,
  passOn: () => {},
  asyncForm: "",
};

/**
 * Leaves to others what a waiter was told and can not use: a signal goes to the next in line, a lock or permit that was handed to it is
 * free again.
 *
 * @param stays Whether it keeps its place and waits on; otherwise it leaves the line.
 * @returns false if it stands in no line, so that there was nothing to leave.
 */
export function withdraw(agent: Agent, node: number, stays: boolean): boolean {
  const words = agent.heap.reach(node);
  // It may be moved to another line, or granted, while we look.
  for (let at = Atomics.load(words, node + NODE_QUEUE); at !== 0; at = Atomics.load(words, node + NODE_QUEUE)) {
    const queue = new WaitQueue(agent, at, anyPrimitive);
    queue.lock();
    const here = Atomics.load(words, node + NODE_QUEUE) === at;
    let woken: number[] = [];
    if (here) {
      const state = Atomics.load(words, node + NODE_STATE);
      if (stays) Atomics.store(words, node + NODE_STATE, WAITING);
      // The line may keep its mark although nobody stands in it any more: all primitives bear with that.
      else if (lineOf(queue).includes(node)) queue.remove(node);
      // It died while it put itself there, or went.
      else Atomics.store(words, node + NODE_QUEUE, 0);
      giveBack(agent.heap.reach(at), at, state, words[node + NODE_AGENT] as number);
      if (state >= SIGNALLED) woken = queue.passSignal();
    }
    queue.unlock(woken);
    if (here) return true;
  }
  return false;
}

/**
 * Makes a line whole which somebody was changing who died. Seen from its head it is so at any moment; but one who was to be
 * put into it, or just out of it in order to be put into another one, may be missing. One that was granted is missing because it was
 * to go: it is told so, or it would take itself out a second time, and those with it who came since.
 */
export function repair(queue: WaitQueue): void {
  const { agent, at } = queue;
  const line = lineOf(queue);
  const missing: number[] = [];
  for (const node of nodesThatStandIn(agent, at)) {
    const words = agent.heap.reach(node);
    if (line.includes(node)) continue;
    if (Atomics.load(words, node + NODE_STATE) !== GRANTED) missing.push(node);
    else Atomics.store(words, node + NODE_QUEUE, 0);
  }
  let last = 0;
  for (const node of [...missing, ...line]) {
    queue.link(last, node);
    last = node;
  }
  queue.link(last, 0);
  for (const node of line) {
    if (agent.heap.reach(node)[node + NODE_STATE] === HANDED_LOCK) finishHandOver(agent, at, node);
  }
}

/** Who stands in a line, oldest first. Needs the queue's lock. */
export function lineOf({ agent: { heap }, first }: WaitQueue): number[] {
  const line: number[] = [];
  for (let node = first; node !== 0; node = heap.reach(node)[node + NODE_NEXT] as number) line.push(node);
  return line;
}

/** The nodes of living agents that say they stand in a line. */
function nodesThatStandIn(agent: Agent, at: number): number[] {
  const nodes: number[] = [];
  const look = (node: number): void => {
    const words = agent.heap.reach(node);
    const stands = Atomics.load(words, node + NODE_QUEUE) === at;
    if (stands && !isDead(agent, words[node + NODE_AGENT] as number)) nodes.push(node);
  };
  for (const id of new Agents(agent.heap).ids()) {
    const base = slotOf(agent.heap, id);
    if (base !== 0) look(base + AGENT_SELF);
  }
  eachBlock(agent.heap, (unit, tag) => {
    if ((tag & NODE) !== 0) look(unit * UNIT_WORDS);
  });
  return nodes;
}

function giveBack(words: Int32Array, at: number, state: number, from: number): void {
  if (state === HANDED_PERMIT) Atomics.add(words, at, 1);
  if (state !== HANDED_LOCK) return;
  // Unless somebody was faster, who found the lock in dead hands. Had it been released as a signal, the node would be granted by now.
  for (let word = Atomics.load(words, at); (word & OWNER) === from; ) {
    const seen = Atomics.compareExchange(words, at, word, word & ~(OWNER | BY_TASK));
    if (seen === word) return;
    word = seen;
  }
}
