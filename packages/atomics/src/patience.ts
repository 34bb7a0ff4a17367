// A released lock is open to whoever comes first: a thread that is running beats one that has to be woken, which makes locks several
// times faster. But a waiter that others were faster than for a millisecond has the lock handed to it.

import type { Heap } from "./heap.ts";
import {
  BY_TASK,
  HANDED_LOCK,
  LOCK_TASK,
  NODE_AGENT,
  NODE_NEXT,
  NODE_SINCE,
  NODE_STATE,
  NODE_TASK,
  ORPHANED,
  SIGNALLED,
  WAITERS,
} from "./layout.ts";
import { isAway } from "./sleeping.ts";
import type { WaitQueue } from "./wait-queue.ts";
import type { Waiter } from "./waiter.ts";

/** Milliseconds after which a waiter that others were faster than has the lock handed to it. */
const PATIENCE = 1;

/** Whom a lock or a permit is to be handed to, see `Peers`. */
export function heirOf({ agent, first }: WaitQueue): number {
  const { heap, id } = agent;
  let node = first;
  while (node !== 0 && (isProvided(heap, node) || isAway(agent, node)))
    node = heap.reach(node)[node + NODE_NEXT] as number;
  if (node === 0) return 0;
  const words = heap.reach(node);
  // The tasks of this very thread can not go on before it returns to its event loop, and until then it may want the lock again.
  return words[node + NODE_AGENT] !== id && passedOverFor(words, node) > PATIENCE ? node : 0;
}

function isProvided(heap: Heap, node: number): boolean {
  return Atomics.load(heap.reach(node), node + NODE_STATE) > SIGNALLED;
}

/** Hands a lock over, see `Peers`. */
export function handOver(queue: WaitQueue): number[] | undefined {
  const heir = heirOf(queue);
  if (heir === 0) return undefined;
  // In this order: should this thread die in between, the heir sees to the rest.
  const woken = queue.tell(heir, HANDED_LOCK);
  own(queue, heir);
  return [woken];
}

/** Makes a waiter the owner of the lock that was handed to it, see `Peers`. */
export function takeOver(queue: WaitQueue, { node }: Waiter): void {
  own(queue, node);
}

function own({ agent, at }: WaitQueue, node: number): void {
  const words = agent.heap.reach(at);
  const nodes = agent.heap.reach(node);
  const task = nodes[node + NODE_TASK] as number;
  words[at + LOCK_TASK] = task;
  const marks = (Atomics.load(words, at) & ORPHANED) | WAITERS;
  Atomics.store(words, at, marks | (nodes[node + NODE_AGENT] as number) | (task === 0 ? 0 : BY_TASK));
}

/** For how many milliseconds others were faster than a node's waiter; counts from the first time it is asked. */
function passedOverFor(words: Int32Array, node: number): number {
  // Threads have different origins of time. The sum wraps around, so only differences mean something; odd, it is never 0.
  const now = (performance.timeOrigin + performance.now()) | 1;
  const since = words[node + NODE_SINCE] as number;
  if (since === 0) words[node + NODE_SINCE] = now;
  return since === 0 ? 0 : now - since;
}
