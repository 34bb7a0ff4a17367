// How async waiters are woken. Each pending async wait has a node of its own in the arena. Who wakes one pushes it on the READY
// stack of the node's agent; the agent watches that one word, however many waits are pending, and so never abandons an engine's
// `waitAsync`, which could not be cancelled and would swallow somebody's wake-up.
//
// A node is pushed when its state leaves WAITING, and its state goes back there only after the node was popped: so it is on the
// stack at most once. The stack is emptied in one exchange, so there is no ABA.

import type { Agent } from "./agent.ts";
import { AGENT_READY, AGENT_WAITERS, NODE_READY, NODE_WORDS, WAITERS_PER_BLOCK } from "./layout.ts";
import { Waiter } from "./waiter.ts";

/** Keeps Node, Bun and Deno alive while an async wait is pending; a pending `waitAsync` does not. */
const KEEP_ALIVE_INTERVAL = 2 ** 30;

/** The pending async waits of this agent. */
export class Inbox {
  /** How many async waits are pending. */
  size = 0;
  readonly #agent: Agent;
  /** Waiters in use; one that was given up stays until it was popped, for until then its node can not be used again. */
  readonly #waiters = new Map<number, Waiter>();
  readonly #free: Waiter[] = [];
  #watching = false;
  #scheduled = false;
  #keepAlive: ReturnType<typeof setInterval> | undefined;

  constructor(agent: Agent) {
    this.#agent = agent;
  }

  /** Begins an async wait. */
  open(): Waiter {
    if (this.#free.length === 0) this.#grow();
    const waiter = this.#free.pop() as Waiter;
    this.#waiters.set(waiter.node, waiter);
    if (this.size++ === 0) this.#keepAlive = setInterval(() => {}, KEEP_ALIVE_INTERVAL);
    this.#watch();
    return waiter;
  }

  /** Ends it; its node stands in no queue any more. */
  close(waiter: Waiter): void {
    waiter.woken = undefined;
    // Out of use in one step: who clears up after the dead may signal it in the very moment in which it leaves its line.
    if (waiter.popped || waiter.end()) this.#recycle(waiter);
    if (--this.size === 0) clearInterval(this.#keepAlive);
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
      woken.push(this.#waiters.get(node) as Waiter);
      node = heap.reach(node)[node + NODE_READY] as number;
    }
    // The stack has the newest on top; they are served in the order in which they were woken.
    for (const waiter of woken.reverse()) {
      waiter.popped = true;
      if (waiter.woken) waiter.woken();
      else this.#recycle(waiter);
    }
  }

  #recycle(waiter: Waiter): void {
    this.#waiters.delete(waiter.node);
    this.#free.push(waiter);
  }

  #watch(): void {
    if (this.#watching || this.size === 0) return;
    this.#watching = true;
    const { memory, heap, base } = this.#agent;
    memory.watch(heap.reach(base), base + AGENT_READY, 0, () => {
      this.#watching = false;
      this.#drain();
      this.#watch();
    });
  }

  #grow(): void {
    const { heap, base, id } = this.#agent;
    const block = heap.allocate(WAITERS_PER_BLOCK * NODE_WORDS * 4, id);
    const words = heap.reach(block);
    words[block] = words[base + AGENT_WAITERS] as number;
    Atomics.store(words, base + AGENT_WAITERS, block);
    for (let index = WAITERS_PER_BLOCK - 1; index > 0; index--) {
      this.#free.push(new Waiter(this.#agent, block + index * NODE_WORDS));
    }
  }
}
