// The word of a lock is FREE or the id of the agent that owns it, and a bit that says "somebody waits".
//
//   word           meaning
//   0              free; if there are waiters, the oldest has been signalled and is on its way
//   id             held; nobody waits, or the oldest waiter has been signalled and not looked yet
//   id | WAITERS   held; release has to look at the queue
//   WAITERS        free; the oldest waiter has been signalled
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
  type Place,
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

const FREE = 0;
const WAITERS = 1 << 30;
const OWNER = WAITERS - 1;

/** Milliseconds after which a waiter that others were faster than has the lock handed to it. */
const PATIENCE = 1;

/** Polls before a thread goes to sleep: some 0.5 µs, which most sections do not exceed. */
const SPINS = 100;

// Behind the queue's words: the async task that owns the lock, if it is one, and how often it has re-entered; see `RLock`.
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
export class Lock extends Exclusive implements Waitable {
  /** The line of those who want the lock. */
  protected readonly queue: WaitQueue = new WaitQueue(this.agent, this.base, this);

  /** @throws {TypeError} If called with arguments. */
  constructor();
  constructor(place?: Place) {
    super(STRUCT_BYTES, place);
  }

  get [Symbol.toStringTag](): string {
    return "Lock";
  }

  /** Whether somebody holds it; out of date as soon as read. */
  get locked(): boolean {
    return (Atomics.load(this.words, this.base) & OWNER) !== FREE;
  }

  tryAcquire(): boolean {
    return this.tryTake();
  }

  acquire(options?: WaitOrTry): boolean {
    const timeout = checkWait(options);
    return this.tryAcquire() || (timeout > 0 && this.waitBlocking(timeout, 0));
  }

  acquireAsync(options?: WaitAsync): Promise<boolean> {
    return this.take(options, 0);
  }

  /**
   * Frees the lock, whoever acquired it.
   *
   * @throws {InvalidStateError} If it is not locked.
   */
  release(): void {
    if (Atomics.compareExchange(this.words, this.base, this.agent.id, FREE) === this.agent.id) return;
    if (!this.#free()) throw new InvalidStateError(`release of an unlocked ${this[Symbol.toStringTag]}`);
  }

  /** Whether this thread, or a task of it, holds the lock. */
  protected get mine(): boolean {
    return (Atomics.load(this.words, this.base) & OWNER) === this.agent.id;
  }

  /** Takes the lock for this thread if it is free. */
  protected tryTake(task = 0): boolean {
    const { words, base } = this;
    const { id } = this.agent;
    for (let word = FREE; (word & OWNER) === FREE; ) {
      const seen = Atomics.compareExchange(words, base, word, word | id);
      if (seen === word) {
        if (task !== 0) words[base + TASK] = task;
        return true;
      }
      word = seen;
    }
    return false;
  }

  /** Acquires for an async task of this thread, or for 0. */
  protected async take(options: WaitAsync | undefined, task: number): Promise<boolean> {
    const timeout = checkWait(options);
    options?.signal?.throwIfAborted();
    // Unlike a thread, a task does not pass those who wait already: tasks are served in the order in which they asked.
    if (this.queue.first === 0 && this.tryTake(task)) return true;
    return timeout > 0 && this.queue.waitAsync(new Deadline(timeout), options?.signal, task);
  }

  /** Blocks, after a moment of spinning, until the lock is taken. */
  protected waitBlocking(timeout: number, task: number): boolean {
    const deadline = new Deadline(timeout);
    for (let spin = 0; spin < SPINS; spin++) if (!this.locked && this.tryTake(task)) return true;
    return this.queue.wait(deadline, task);
  }

  protected describe(): string {
    return this.locked ? "locked" : "unlocked";
  }

  // As what its queue's waiters wait for.

  get asyncForm(): string {
    return "acquireAsync";
  }

  enter(waiter: Waiter): boolean {
    // A task that comes anew does not pass those who wait.
    const mayTake = waiter === this.agent.self || waiter.queue !== 0 || this.queue.first === 0;
    for (;;) {
      if (mayTake && this.tryTake(waiter.task)) return true;
      const before = Atomics.or(this.words, this.base, WAITERS);
      // Released in between, and nobody saw the mark: another try is due.
      if (!mayTake || (before & OWNER) !== FREE) return false;
    }
  }

  left(empty: boolean): boolean {
    const { words, base } = this;
    const before = empty ? Atomics.and(words, base, ~WAITERS) : Atomics.or(words, base, WAITERS);
    // Released by a third party that saw no mark: nobody else would have the others look again.
    return !empty && (before & OWNER) === FREE;
  }

  passOn(): void {
    this.#free();
  }

  /** Frees the lock by way of the queue: signals the oldest waiter, or hands the lock to it if it has been patient enough. */
  #free(): boolean {
    const { words, base, queue } = this;
    const { heap } = this.agent;
    queue.lock();
    const locked = (Atomics.load(words, base) & OWNER) !== FREE;
    const node = queue.first;
    let woken = 0;
    if (locked && node !== 0 && passedOverFor(heap.reach(node), node) > PATIENCE) {
      const nodes = heap.reach(node);
      words[base + TASK] = nodes[node + NODE_TASK] as number;
      // Before `take` tells the heir: one that is awake might release before the word is its own.
      Atomics.store(words, base, (nodes[node + NODE_AGENT] as number) | WAITERS);
      woken = queue.take();
    } else if (locked) {
      words[base + TASK] = 0;
      Atomics.store(words, base, FREE);
      woken = queue.signal();
    }
    queue.unlock();
    queue.wake(woken);
    return locked;
  }
}

registerClass("Lock", import.meta.url, Lock);
