// The word of a lock is FREE or the id of the agent that owns it, plus a bit that says "somebody waits".
//
//   word                owner   meaning
//   0                   -       free; if there are waiters, the oldest has been signalled and is on its way
//   id                  id      held; nobody waits, or the oldest waiter has been signalled and not looked yet
//   id | WAITERS        id      held; release has to look at the queue
//   WAITERS             -       free; the oldest waiter has been signalled
//
// Why no wake-up is lost: the queue is never without somebody who will look again. Either WAITERS is set while the lock is held,
// and then release signals the oldest waiter, or a signalled waiter is on its way; it takes the lock, or finds it taken and sets
// WAITERS before it sleeps again (`enter`); leaving the line it passes the signal on and sets WAITERS if others remain (`left`).
//
// A released lock is open to whoever comes first: a thread that is running now beats one that has to be woken, which makes locks
// several times faster. But a waiter that was passed over for a millisecond has the lock handed to it.

import {
  checkWait,
  Deadline,
  InvalidStateError,
  NODE_AGENT,
  NODE_TASK,
  Place,
  passedOverFor,
  QUEUE_WORDS,
  registerClass,
  type WaitAsync,
  type Waitable,
  type Waiter,
  type WaitOrTry,
  WaitQueue,
} from "@conc/atomics";
import { Exclusive } from "./exclusive.ts";
import type { Holding, Monitor } from "./monitor.ts";

const FREE = 0;
const WAITERS = 1 << 30;
const OWNER = WAITERS - 1;

/** Milliseconds after which a waiter that others were faster than has the lock handed to it. */
const PATIENCE = 1;

/** Polls before a thread goes to sleep: some 0.5 µs, which most sections do not exceed. */
const SPINS = 100;

/** Behind the queue's words: the async task that owns the lock, if it is one (`RLock`), and how often it has re-entered. */
export const TASK: number = QUEUE_WORDS;
export const DEPTH: number = QUEUE_WORDS + 1;
const STRUCT_BYTES = (QUEUE_WORDS + 2) * 4;

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
  readonly #queue: WaitQueue;

  /** @throws {TypeError} If called with arguments. */
  constructor();
  constructor(place?: Place) {
    if (place !== undefined && !(place instanceof Place)) throw new TypeError(`${new.target.name} takes no arguments`);
    super(place ?? STRUCT_BYTES);
    const waitable: Waitable = {
      enter: (waiter) => this.#enter(waiter),
      left: (empty) => this.#left(empty),
      passOn: () => this.#handOver(),
      asyncForm: "acquireAsync",
    };
    this.#queue = new WaitQueue(this.agent, this.at, waitable);
  }

  get [Symbol.toStringTag](): string {
    return "Lock";
  }

  /** The lock as its conditions need it. For `@conc/condition`, and for primitives of your own. */
  static monitor(lock: Lock): Monitor {
    return {
      queue: lock.#queue,
      enqueue: (node) => lock.#enqueue(node),
      owner: () => lock.words[lock.at + TASK] as number,
      isHeld: () => lock.isHeld(),
      releaseAll: () => lock.releaseAll(),
      restore: (holding) => lock.restore(holding),
    };
  }

  /** Whether somebody holds it; out of date as soon as read. */
  get locked(): boolean {
    return (Atomics.load(this.words, this.at) & OWNER) !== FREE;
  }

  tryAcquire(): boolean {
    return this.tryTake();
  }

  /** Whether this thread, or a task of it, holds the lock. */
  protected get mine(): boolean {
    return (Atomics.load(this.words, this.at) & OWNER) === this.agent.id;
  }

  /** Takes the lock for this thread if it is free. */
  protected tryTake(): boolean {
    let word = Atomics.compareExchange(this.words, this.at, FREE, this.agent.id);
    while ((word & OWNER) === FREE) {
      if (word === FREE) return true;
      const seen = Atomics.compareExchange(this.words, this.at, word, word | this.agent.id);
      if (seen === word) return true;
      word = seen;
    }
    return false;
  }

  acquire(options?: WaitOrTry): boolean {
    const timeout = checkWait(options);
    return this.tryAcquire() || (timeout > 0 && this.waitBlocking(timeout, 0));
  }

  async acquireAsync(options?: WaitAsync): Promise<boolean> {
    return this.take(options, 0);
  }

  /**
   * Frees the lock, whoever acquired it.
   *
   * @throws {InvalidStateError} If it is not locked.
   */
  release(): void {
    const { words, at } = this;
    let word = Atomics.compareExchange(words, at, this.agent.id, FREE);
    if (word === this.agent.id) return;
    while ((word & WAITERS) === 0) {
      if (word === FREE) throw new InvalidStateError(`release of an unlocked ${this[Symbol.toStringTag]}`);
      const seen = Atomics.compareExchange(words, at, word, FREE);
      if (seen === word) return;
      word = seen;
    }
    this.#handOver();
  }

  protected override describe(): string {
    return this.locked ? "locked" : "unlocked";
  }

  // A plain lock may be released by anyone, so it is no matter who holds it.
  protected isHeld(): boolean {
    return this.locked;
  }

  protected releaseAll(): Holding {
    this.release();
    return { task: 0, depth: 0 };
  }

  protected restore(_holding: Holding): void {}

  /** Acquires for an async task of this thread, or for 0. */
  protected async take(options: WaitAsync | undefined, task: number): Promise<boolean> {
    const timeout = checkWait(options);
    options?.signal?.throwIfAborted();
    // Unlike a thread, a task does not pass those who wait already: tasks are served in the order in which they asked.
    if (this.#queue.empty && this.#tryTakeFor(task)) return true;
    return timeout > 0 && this.#queue.waitAsync(Deadline.after(timeout), options?.signal, task);
  }

  /** Blocks, after a moment of spinning, until the lock is taken. */
  protected waitBlocking(timeout: number, task: number): boolean {
    const deadline = Deadline.after(timeout);
    for (let spin = 0; spin < SPINS; spin++) {
      if (!this.locked && this.#tryTakeFor(task)) return true;
    }
    return this.#queue.wait(deadline, task);
  }

  #tryTakeFor(task: number): boolean {
    if (!this.tryTake()) return false;
    this.words[this.at + TASK] = task;
    return true;
  }

  /** Takes the lock for a waiter, or sets WAITERS. */
  #enter(waiter: Waiter): boolean {
    const { words, at } = this;
    const mayTake = waiter === this.agent.self || waiter.queue !== 0 || this.#queue.empty;
    let word = Atomics.load(words, at);
    for (;;) {
      const take = mayTake && (word & OWNER) === FREE;
      const next = take ? word | this.agent.id : word | WAITERS;
      const seen = next === word ? word : Atomics.compareExchange(words, at, word, next);
      if (seen === word) {
        if (take) words[at + TASK] = waiter.task;
        return take;
      }
      word = seen;
    }
  }

  /** Puts a waiter that comes from another line into this one; that it must wait is not in question. */
  #enqueue(node: number): void {
    this.#queue.lock();
    this.#queue.push(node);
    // Free already, if a third party released it: then nobody would tell the waiter to look.
    const free = (Atomics.or(this.words, this.at, WAITERS) & OWNER) === FREE;
    const woken = free ? this.#queue.signal() : 0;
    this.#queue.unlock();
    this.#queue.wake(woken);
  }

  #left(empty: boolean): boolean {
    if (empty) {
      Atomics.and(this.words, this.at, ~WAITERS);
      return false;
    }
    // Released since by a third party that saw no mark: nobody else would look again.
    return (Atomics.or(this.words, this.at, WAITERS) & OWNER) === FREE;
  }

  /** Frees a lock that has waiters: signals the oldest, or hands the lock to it if it has been patient enough. */
  #handOver(): void {
    const { words, at } = this;
    const queue = this.#queue;
    queue.lock();
    let woken = 0;
    const node = queue.first;
    if ((Atomics.load(words, at) & OWNER) !== FREE) {
      words[at + TASK] = 0;
      if (node === 0) {
        Atomics.store(words, at, FREE);
      } else {
        const nodes = this.agent.heap.reach(node);
        if (passedOverFor(nodes, node) > PATIENCE) {
          const heir = nodes[node + NODE_AGENT] as number;
          words[at + TASK] = nodes[node + NODE_TASK] as number;
          woken = queue.take();
          Atomics.store(words, at, queue.empty ? heir : heir | WAITERS);
        } else {
          Atomics.store(words, at, FREE);
          woken = queue.signal();
        }
      }
    }
    queue.unlock();
    queue.wake(woken);
  }
}

registerClass("Lock", import.meta.url, Lock);
