import type { Agent } from "./agent.ts";
import { IDLE, NODE_AGENT, NODE_QUEUE, NODE_SINCE, NODE_STATE, NODE_TASK, SIGNALLED, WAITING } from "./layout.ts";

/** One wait of this agent: a node in the arena that others can find, link and wake. */
export class Waiter {
  readonly agent: Agent;
  readonly node: number;
  /** Called on the event loop after the node's state has changed; a blocked thread has none, it is woken itself. */
  woken: (() => void) | undefined;
  /** Whether its agent has seen that the state changed, and nobody has changed it again since. */
  served = false;
  /** How often in this wait it was told to look, and others were faster. */
  passedOver = 0;

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
    this.served = false;
    this.passedOver = 0;
    Atomics.store(words, node + NODE_STATE, WAITING);
  }

  /** Answers a signal by waiting on; false if it was given what it waits for meanwhile. */
  waitOn(): boolean {
    const waits = this.state <= SIGNALLED && this.#change(SIGNALLED, WAITING) <= SIGNALLED;
    this.served = !waits;
    return waits;
  }

  /** Takes the node out of use; false if its agent was told of a change, and has not seen it yet. */
  end(): boolean {
    return this.served || this.#change(WAITING, IDLE) <= WAITING;
  }

  #change(from: number, to: number): number {
    return Atomics.compareExchange(this.agent.heap.reach(this.node), this.node + NODE_STATE, from, to);
  }

  private read(field: number): number {
    return Atomics.load(this.agent.heap.reach(this.node), this.node + field);
  }
}
