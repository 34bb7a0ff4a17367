import { AGENT_BLOCKED, slotOf } from "./agent-table.ts";
import { BlockingNotAllowedError } from "./errors.ts";
import type { Heap } from "./heap.ts";
import { Inbox } from "./inbox.ts";
import { AGENT_READY, AGENT_SELF, AGENT_STATE, NODE_AGENT, NODE_READY, NODE_STATE } from "./layout.ts";
import type { Memory } from "./memory.ts";
import { threadMaySleep } from "./spin-lock.ts";
import { WAITING, Waiter } from "./waiter.ts";

/** This thread, as a participant of one arena: how it sleeps, and how it wakes others. */
export class Agent {
  readonly memory: Memory;
  readonly heap: Heap;
  /** Its id: positive, below 2^30, unlike that of any other agent of the arena. */
  readonly id: number;
  /** The place of its slot. */
  readonly base: number;
  /** The node with which the thread itself waits, blocked. */
  readonly self: Waiter;
  readonly inbox: Inbox;
  /** Called each time before the thread falls asleep: the last chance to arrange what has to go on without it. */
  beforeSleep: (() => void) | undefined;

  constructor(memory: Memory, heap: Heap, id: number) {
    this.memory = memory;
    this.heap = heap;
    this.id = id;
    this.base = slotOf(heap, id);
    this.self = new Waiter(this, this.base + AGENT_SELF);
    this.inbox = new Inbox(this);
  }

  /**
   * Checks that this thread may sleep.
   *
   * @param asyncForm What to call instead, for the message.
   * @throws {BlockingNotAllowedError} On a browser's main thread, and where no other thread could end the sleep.
   */
  mayBlock(asyncForm: string): void {
    if (this.memory.shared && threadMaySleep()) return;
    const reason = this.memory.shared
      ? "a browser's main thread must not"
      : "without shared memory (the page is not cross-origin isolated) nobody can";
    throw new BlockingNotAllowedError(`${reason} block: use ${asyncForm}()`);
  }

  /** Sleeps while nobody wakes the thread's own node, at most `timeout` milliseconds. */
  park(timeout: number): void {
    this.beforeSleep?.();
    const { heap, base } = this;
    const words = heap.reach(base);
    const before = Atomics.exchange(words, base + AGENT_STATE, AGENT_BLOCKED);
    this.memory.wait(words, base + AGENT_SELF + NODE_STATE, WAITING, timeout);
    Atomics.compareExchange(words, base + AGENT_STATE, AGENT_BLOCKED, before);
  }

  /** Wakes the agent whose node this is; the node's state says already what for. */
  wake(node: number): void {
    const { heap, memory, id } = this;
    const words = heap.reach(node);
    const whose = words[node + NODE_AGENT] as number;
    const base = slotOf(heap, whose);
    if (base === 0) return;
    const slot = heap.reach(base);
    if (node === base + AGENT_SELF) {
      memory.notify(slot, node + NODE_STATE);
      return;
    }
    let top: number;
    do {
      top = Atomics.load(slot, base + AGENT_READY);
      words[node + NODE_READY] = top;
    } while (Atomics.compareExchange(slot, base + AGENT_READY, top, node) !== top);
    if (whose === id) this.inbox.schedule();
    else if (top === 0) memory.notify(slot, base + AGENT_READY);
  }
}
