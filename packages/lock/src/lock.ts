// The word of a lock is FREE or the id of the agent that owns it, and marks.
//
//   word           meaning
//   0              free; if there are waiters, the oldest has been signalled and is on its way
//   id             held; nobody waits, or the oldest waiter has been signalled and not looked yet
//   id | BY_TASK   held by an async task of the agent
//   … | WAITERS    release has to look at the queue; alone: free, the oldest waiter has been signalled
//
// How those who find it held wait, and why none of them is forgotten: see `exclusive.ts`.

import {
  BY_TASK,
  FREE,
  InvalidStateError,
  LOCK_TASK,
  ORPHANED,
  OWNER,
  type Place,
  peers,
  registerClass,
} from "@conc/atomics";
import { Exclusive } from "./exclusive.ts";

/** Behind the task that owns the lock: how often it has re-entered; see `RLock`. */
export const DEPTH: number = LOCK_TASK + 1;
const STRUCT_BYTES = (DEPTH + 1) * 4;

/**
 * Lets one holder in at a time, across threads and async tasks.
 *
 * Any thread may release it, not only the one that acquired it. Not reentrant: a second `acquire` by the holder waits for a
 * release. What a holder wrote before its release is seen by the next holder. Not fair in order: a thread that is running may pass
 * one that sleeps, but for a millisecond at most; async tasks of one thread get it in the order in which they asked.
 *
 * @example
 * const lock = new Lock();
 * lock.runExclusive(() => {
 *   account.balance -= 100;
 * });
 *
 * @see CPython `threading.Lock`; here times are milliseconds, and there are async forms.
 */
export class Lock extends Exclusive {
  /** @throws {TypeError} If called with arguments. */
  constructor();
  constructor(place?: Place) {
    super(STRUCT_BYTES, place);
  }

  get [Symbol.toStringTag](): string {
    return "Lock";
  }

  /**
   * Frees the lock, whoever acquired it.
   *
   * @throws {InvalidStateError} If it is not locked.
   */
  release(): void {
    const { words, base } = this;
    const word = Atomics.load(words, base);
    if ((word & ~BY_TASK) === this.agent.id && Atomics.compareExchange(words, base, word, FREE) === word) return;
    if (!this.#free()) throw new InvalidStateError(`release of an unlocked ${this[Symbol.toStringTag]}`);
  }

  /** Whether this thread, or a task of it, holds the lock. */
  protected get mine(): boolean {
    return (Atomics.load(this.words, this.base) & OWNER) === this.agent.id;
  }

  protected override isOpen(word: number): boolean {
    return (word & OWNER) === FREE;
  }

  protected override tryTake(task = 0): boolean {
    const { words, base } = this;
    const owner = task === 0 ? this.agent.id : this.agent.id | BY_TASK;
    for (let word = FREE; (word & OWNER) === FREE; ) {
      const seen = Atomics.compareExchange(words, base, word, word | owner);
      if (seen === word) {
        if (task !== 0) words[base + LOCK_TASK] = task;
        return true;
      }
      word = seen;
    }
    return false;
  }

  protected describe(): string {
    return this.locked ? "locked" : "unlocked";
  }

  passOn(): void {
    this.#free();
  }

  /** Frees the lock by way of the queue: signals the oldest waiter, or hands the lock to it if it has been patient enough. */
  #free(): boolean {
    const { words, base, queue } = this;
    queue.lock();
    const locked = !this.isOpen(Atomics.load(words, base));
    queue.unlock(locked ? (peers?.handOver(queue) ?? this.#open()) : []);
    return locked;
  }

  #open(): number[] {
    const { words, base, queue } = this;
    Atomics.and(words, base, ORPHANED);
    return queue.signal();
  }
}

registerClass("Lock", import.meta.url, Lock);
