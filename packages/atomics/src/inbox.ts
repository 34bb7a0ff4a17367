// How async waiters are woken. Each pending async wait has a node of its own in the arena. Who wakes one pushes it on the READY
// stack of the node's agent; the agent watches that one word, however many waits are pending, and so never abandons an engine's
// `waitAsync`, which could not be cancelled and would swallow somebody's wake-up.
//
// A node is pushed when its state leaves WAITING, and its state goes back there only after the node was popped: so it is on the
// stack at most once. The stack is emptied in one exchange, so there is no ABA.

import type { Agent } from "./agent.ts";
import { AGENT_READY, AGENT_WAITERS, NODE_READY, NODE_WORDS, WAITERS_PER_BLOCK } from "./layout.ts";
import { WAITING, Waiter } from "./waiter.ts";

/** Keeps Node, Bun and Deno alive while an async wait is pending; a pending `waitAsync` does not. */
const KEEP_ALIVE_INTERVAL = 2 ** 30;

/** The pending async waits of this agent. */
export class Inbox {
  readonly #agent: Agent;
  readonly #pending = new Map<number, Waiter>();
  /** Given up by their task but still to be popped; their nodes can not be used again before that. */
  readonly #closing = new Map<number, Waiter>();
  readonly #free: Waiter[] = [];
  #watching = false;
  #scheduled = false;
  #keepAlive: ReturnType<typeof setInterval> | undefined;

  constructor(agent: Agent) {
    this.#agent = agent;
  }

  /** How many async waits are pending. */
  get size(): number {
    return this.#pending.size;
  }

  /** Begins an async wait. */
  open(): Waiter {
    const waiter = this.#free.pop() ?? this.#grow();
    this.#pending.set(waiter.node, waiter);
    this.#keepAlive ??= setInterval(() => {}, KEEP_ALIVE_INTERVAL);
    if (!this.#watching) this.#watch();
    return waiter;
  }

  /** Ends it; its node stands in no queue any more. */
  close(waiter: Waiter): void {
    this.#pending.delete(waiter.node);
    waiter.woken = undefined;
    if (waiter.state === WAITING || waiter.popped) this.#free.push(waiter);
    else this.#closing.set(waiter.node, waiter);
    if (this.#pending.size > 0) return;
    clearInterval(this.#keepAlive);
    this.#keepAlive = undefined;
  }

  /** Has this agent look at its own READY stack soon, without a detour through the engine's wait list. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#drain();
    });
  }

  #drain(): void {
    const { heap, base } = this.#agent;
    const woken: Waiter[] = [];
    for (let node = Atomics.exchange(heap.reach(base), base + AGENT_READY, 0); node !== 0; ) {
      const waiter = this.#pending.get(node) ?? this.#closing.get(node);
      node = heap.reach(node)[node + NODE_READY] as number;
      if (waiter) woken.push(waiter);
    }
    // The stack has the newest on top; they are served in the order in which they were woken.
    for (const waiter of woken.reverse()) {
      if (this.#closing.delete(waiter.node)) {
        this.#free.push(waiter);
      } else {
        waiter.popped = true;
        waiter.woken?.();
      }
    }
  }

  #watch(): void {
    const { memory, heap, base } = this.#agent;
    this.#watching = true;
    memory.watch(heap.reach(base), base + AGENT_READY, 0, () => {
      this.#watching = false;
      this.#drain();
      if (this.#pending.size > 0) this.#watch();
    });
  }

  #grow(): Waiter {
    const { heap, base, id } = this.#agent;
    const block = heap.allocate(WAITERS_PER_BLOCK * NODE_WORDS * 4, id);
    const words = heap.reach(block);
    words[block] = words[base + AGENT_WAITERS] as number;
    Atomics.store(words, base + AGENT_WAITERS, block);
    for (let index = WAITERS_PER_BLOCK - 1; index > 0; index--) {
      this.#free.push(new Waiter(this.#agent, block + index * NODE_WORDS));
    }
    return this.#free.pop() as Waiter;
  }
}
