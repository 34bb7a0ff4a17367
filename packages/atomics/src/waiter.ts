import type { Agent } from "./agent.ts";
import { NODE_AGENT, NODE_QUEUE, NODE_SINCE, NODE_STATE, NODE_TASK } from "./layout.ts";

// A node's state. Only the waiter itself goes back to WAITING, so a state is never mistaken for an older one of the same value.
/** Not in use: nobody can wake it. */
const IDLE = 0;
export const WAITING = 1;
/** Look again: what the waiter wants may be free. It keeps its place in the queue. */
export const SIGNALLED = 2;
/** The waiter was given what it wants and stands in no queue any more. */
export const GRANTED = 3;

/** One wait of this agent: a node in the arena that others can find, link and wake. */
export class Waiter {
  readonly agent: Agent;
  readonly node: number;
  /** Called on the event loop after the node was signalled or granted; a blocked thread has none, it is woken itself. */
  woken: (() => void) | undefined;
  /** Whether its agent has seen that it was woken, and nobody has woken it again since. */
  popped = false;

  constructor(agent: Agent, node: number) {
    this.agent = agent;
    this.node = node;
  }

  get state(): number {
    return this.read(NODE_STATE);
  }

  /** The queue it stands in, which may have become another one since it began to wait; 0 for none. */
  get queue(): number {
    return this.read(NODE_QUEUE);
  }

  /** The async task for which it waits, or 0. */
  get task(): number {
    return this.read(NODE_TASK);
  }

  /** Prepares the node to be put in a queue. */
  begin(task: number): void {
    const { agent, node } = this;
    const words = agent.heap.reach(node);
    words[node + NODE_AGENT] = agent.id;
    words[node + NODE_TASK] = task;
    words[node + NODE_SINCE] = 0;
    words[node + NODE_QUEUE] = 0;
    this.popped = false;
    Atomics.store(words, node + NODE_STATE, WAITING);
  }

  /** Answers a signal by waiting on; false if it was granted meanwhile. */
  waitOn(): boolean {
    const { agent, node } = this;
    const seen = Atomics.compareExchange(agent.heap.reach(node), node + NODE_STATE, SIGNALLED, WAITING);
    this.popped = seen === GRANTED;
    return !this.popped;
  }

  /** Takes the node out of use; false if somebody has woken it before. */
  end(): boolean {
    const { agent, node } = this;
    return Atomics.compareExchange(agent.heap.reach(node), node + NODE_STATE, WAITING, IDLE) <= WAITING;
  }

  private read(field: number): number {
    return Atomics.load(this.agent.heap.reach(this.node), this.node + field);
  }
}

/** For how many milliseconds a node's waiter has been told to look, and others were faster; counts from the first time it is asked. */
export function passedOverFor(words: Int32Array, node: number): number {
  // Threads have different origins of time. The sum wraps around, so only differences mean something; odd, it is never 0.
  const now = (performance.timeOrigin + performance.now()) | 1;
  const since = words[node + NODE_SINCE] as number;
  if (since === 0) words[node + NODE_SINCE] = now;
  return since === 0 ? 0 : now - since;
}
