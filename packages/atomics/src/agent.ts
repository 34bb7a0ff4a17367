// How async waiters are woken. Each pending async wait has a node of its own in the arena. Other agents push it on the READY stack of
// the node's agent, which watches that one word, however many waits are pending, and so never abandons an engine's `waitAsync`, which
// could not be cancelled and would swallow somebody's wake-up. What this agent does to its own waits needs no such detour.
//
// An agent is told of a node when the node's state leaves WAITING, and the state goes back there only after the agent has served it:
// so a node is on the stack at most once, and is not freed before. The stack is emptied in one exchange, so there is no ABA.

import { blockingNotAllowed } from "./blocking.ts";
import { type Heap, NODE } from "./heap.ts";
import { mayEnd, stayAlive } from "./keep-alive.ts";
import { AGENT_SELF, HEADER_SLOTS, NODE_WORDS, SLOT_MASK } from "./layout.ts";
import type { Memory } from "./memory.ts";
import { watch } from "./sleeping.ts";
import { Waiter } from "./waiter.ts";

const NOBODY: readonly Waiter[] = [];

/** This thread, as a participant of one arena, with its pending waits. */
export class Agent {
  readonly memory: Memory;
  readonly heap: Heap;
  /** Its id: positive, below 2^29, unlike that of any other agent of the arena. */
  readonly id: number;
  /** The place of its slot. */
  readonly base: number;
  /** The node with which the thread itself waits, blocked. */
  readonly self: Waiter;
  /** How many async waits are pending in the arena. */
  pending = 0;
  /** Called each time before the thread falls asleep: the last chance to arrange what has to go on without it. */
  beforeSleep: (() => void) | undefined;
  /**
   * What this thread has to see to while it is blocked, wherever it waits: called each time before it falls asleep, and when another
   * thread has it {@link stir}. Each gives the milliseconds after which it wants to be called again. None may block.
   */
  readonly chores: Set<() => number> = new Set();
  /** Async waits by their nodes; one that was given up stays until it was served, for until then its node can not be freed. */
  readonly #waiters = new Map<number, Waiter>();
  #told: Waiter[] = [];
  /** Whether it was found that this thread may sleep. */
  #blocks = false;

  constructor(memory: Memory, heap: Heap, id: number) {
    this.memory = memory;
    this.heap = heap;
    this.id = id;
    this.base = heap.words[HEADER_SLOTS + (id & SLOT_MASK)] as number;
    this.self = new Waiter(this, this.base + AGENT_SELF);
  }

  /**
   * Checks that this thread may sleep.
   *
   * @param asyncForm What to call instead, for the message.
   * @throws {BlockingNotAllowedError} On a browser's main thread, and where no other thread could end the sleep.
   */
  mayBlock(asyncForm: string): void {
    if (this.#blocks) return;
    try {
      this.memory.wait(this.heap.words, 0, 0, 0);
      this.#blocks = true;
    } catch {
      throw blockingNotAllowed(asyncForm);
    }
  }

  /** Begins an async wait. */
  open(): Waiter {
    const waiter = new Waiter(this, this.heap.allocate(NODE_WORDS * 4, this.id, NODE));
    this.#waiters.set(waiter.node, waiter);
    stayAlive();
    if (this.pending++ === 0) watch(this);
    return waiter;
  }

  /** Ends it; its node stands in no queue any more. */
  close(waiter: Waiter): void {
    waiter.woken = undefined;
    // Out of use in one step: who clears up after the dead may signal it in the very moment in which it leaves its line.
    if (waiter.end()) this.#free(waiter);
    this.pending--;
    mayEnd();
  }

  /** Has the waiter of a node serve itself soon, on the event loop; false if the node is not of an async wait of this agent. */
  serve(node: number): boolean {
    const waiter = this.#waiters.get(node);
    if (waiter && this.#told.push(waiter) === 1) {
      queueMicrotask(() => {
        for (const told of this.takeTold()) {
          told.served = true;
          if (told.woken) told.woken();
          else this.#free(told);
        }
      });
    }
    return waiter !== undefined;
  }

  /** As {@link serve}, unless the waiter has served itself or is about to. */
  serveOnce(node: number): void {
    const waiter = this.#waiters.get(node);
    if (waiter && !waiter.served && !this.#told.includes(waiter)) this.serve(node);
  }

  /** The nodes of this agent's async waits. */
  get nodes(): Iterable<number> {
    return this.#waiters.keys();
  }

  /** Those who were told and have not served themselves, which they will not do now; oldest first. */
  takeTold(): readonly Waiter[] {
    return this.#told.length === 0 ? NOBODY : this.#told.splice(0);
  }

  #free(waiter: Waiter): void {
    this.#waiters.delete(waiter.node);
    this.heap.free(waiter.node, this.id);
  }
}
