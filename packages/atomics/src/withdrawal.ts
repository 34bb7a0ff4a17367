import type { Agent } from "./agent.ts";
import {
  BY_TASK,
  HANDED_LOCK,
  HANDED_PERMIT,
  LOCK_TASK,
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
  enter: () => false,
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
      else queue.remove(node);
      giveBack(agent.heap.reach(at), at, state);
      if (state >= SIGNALLED) woken = queue.signal();
    }
    queue.unlock(woken);
    if (here) return true;
  }
  return false;
}

/** Makes a line whole which somebody was changing who died. Seen from its head it is so at any moment. */
export function repair(queue: WaitQueue): void {
  const { heap } = queue.agent;
  let last = 0;
  for (let node = queue.first; node !== 0; node = heap.reach(node)[node + NODE_NEXT] as number) {
    queue.link(last, node);
    last = node;
  }
  queue.link(last, 0);
}

function giveBack(words: Int32Array, at: number, state: number): void {
  if (state === HANDED_PERMIT) {
    Atomics.add(words, at, 1);
  } else if (state === HANDED_LOCK) {
    words[at + LOCK_TASK] = 0;
    Atomics.and(words, at, ~(OWNER | BY_TASK));
  }
}
