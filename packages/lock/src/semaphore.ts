// The word of a semaphore is the number of free permits, or CROWDED: none is free and somebody waits.
//
// Permits are handed to waiters directly, oldest first, so a waiter always finds what it was woken for, a newcomer passes nobody,
// and `release(n)` wakes n. Why no permit and no wake-up is lost: CROWDED is set under the queue's lock in one step with finding no
// permit (`#enter`), and while it stands permits are given out only under that lock (`#handOut`).

import {
  checkWait,
  Deadline,
  Place,
  QUEUE_WORDS,
  registerClass,
  type WaitAsync,
  type Waitable,
  type WaitOrTry,
  WaitQueue,
} from "@conc/atomics";
import { Exclusive } from "./exclusive.ts";

const CROWDED = -1;

/** The most permits there can be. */
const PERMITS_MAX = 2 ** 31 - 1;

/** Behind the queue's words: the most permits that a bounded semaphore takes back. */
const LIMIT = QUEUE_WORDS;
const STRUCT_BYTES = (QUEUE_WORDS + 1) * 4;

/**
 * Lets a fixed number of holders in at once, across threads and async tasks.
 *
 * Permits belong to nobody: any thread may release, also more than were acquired, and those of a thread that dies are not given
 * back. Those who wait get permits in the order in which they asked.
 *
 * @example
 * const connections = new Semaphore(3);
 * await connections.runExclusiveAsync(async () => {
 *   // never more than three at once
 * });
 *
 * @see CPython `threading.Semaphore`; there nobody promises an order.
 */
export class Semaphore extends Exclusive implements Waitable {
  readonly #queue: WaitQueue = new WaitQueue(this.agent, this.base, this);

  /**
   * @param value How many permits are free at first: an integer from 0 to 2^31 - 1.
   * @throws {TypeError} If it is not a number.
   * @throws {RangeError} If it is not such an integer.
   */
  constructor(value?: number);
  constructor(value: number | Place = 1) {
    const fresh = !(value instanceof Place);
    if (fresh) checkPermits("value", value, 0);
    super(STRUCT_BYTES, fresh ? undefined : value);
    if (fresh) {
      this.words[this.base + LIMIT] = value;
      Atomics.store(this.words, this.base, value);
    }
  }

  get [Symbol.toStringTag](): string {
    return "Semaphore";
  }

  /** The free permits; out of date as soon as read. */
  get value(): number {
    return Math.max(0, Atomics.load(this.words, this.base));
  }

  /** Whether an acquire would have to wait; out of date as soon as read. */
  get locked(): boolean {
    return Atomics.load(this.words, this.base) <= 0;
  }

  tryAcquire(): boolean {
    let permits = Atomics.load(this.words, this.base);
    while (permits > 0) {
      const seen = Atomics.compareExchange(this.words, this.base, permits, permits - 1);
      if (seen === permits) return true;
      permits = seen;
    }
    return false;
  }

  acquire(options?: WaitOrTry): boolean {
    const timeout = checkWait(options);
    return this.tryAcquire() || (timeout > 0 && this.#queue.wait(new Deadline(timeout)));
  }

  async acquireAsync(options?: WaitAsync): Promise<boolean> {
    const timeout = checkWait(options);
    options?.signal?.throwIfAborted();
    return this.tryAcquire() || (timeout > 0 && this.#queue.waitAsync(new Deadline(timeout), options?.signal));
  }

  /**
   * Gives permits back, or adds new ones; as many waiters get one.
   *
   * @param n How many: an integer from 1.
   * @throws {TypeError} If it is not a number.
   * @throws {RangeError} If it is not such an integer, or if there would be more permits than 2^31 - 1; nothing changes then.
   */
  release(n = 1): void {
    checkPermits("n", n, 1);
    let permits = Atomics.load(this.words, this.base);
    while (permits !== CROWDED) {
      this.#checkRoom(permits, n);
      const seen = Atomics.compareExchange(this.words, this.base, permits, permits + n);
      if (seen === permits) return;
      permits = seen;
    }
    this.#handOut(n);
  }

  /** The most permits that there may be. */
  protected get limit(): number {
    return PERMITS_MAX;
  }

  /** How many permits there were at first. */
  protected get initial(): number {
    return this.words[this.base + LIMIT] as number;
  }

  protected override describe(): string {
    return `value=${this.value}`;
  }

  // As what its queue's waiters wait for.

  get asyncForm(): string {
    return "acquireAsync";
  }

  enter(): boolean {
    for (;;) {
      if (this.tryAcquire()) return true;
      if (Atomics.compareExchange(this.words, this.base, 0, CROWDED) <= 0) return false;
    }
  }

  left(empty: boolean): boolean {
    if (empty) Atomics.compareExchange(this.words, this.base, CROWDED, 0);
    return false;
  }

  passOn(): void {
    this.#handOut(1);
  }

  #checkRoom(permits: number, n: number): void {
    if (permits + n > this.limit) {
      throw new RangeError(`release of ${n} would make ${permits + n} permits, the most is ${this.limit}`);
    }
  }

  /** Gives permits to those who wait; what is left over becomes free. */
  #handOut(n: number): void {
    const queue = this.#queue;
    const woken: number[] = [];
    queue.lock();
    try {
      // Read again: those who waited may have left meanwhile.
      this.#checkRoom(this.value, n);
      while (woken.length < n && queue.first !== 0) woken.push(queue.take());
      if (queue.first === 0) this.#free(n - woken.length);
    } finally {
      queue.unlock();
    }
    for (const node of woken) queue.wake(node);
  }

  #free(n: number): void {
    let permits = Atomics.load(this.words, this.base);
    for (;;) {
      const seen = Atomics.compareExchange(this.words, this.base, permits, Math.max(0, permits) + n);
      if (seen === permits) return;
      permits = seen;
    }
  }
}

/**
 * A semaphore that refuses a release beyond the permits it was made with: such a release is a bug.
 *
 * @see CPython `threading.BoundedSemaphore`
 */
export class BoundedSemaphore extends Semaphore {
  override get [Symbol.toStringTag](): string {
    return "BoundedSemaphore";
  }

  protected override get limit(): number {
    return this.initial;
  }

  protected override describe(): string {
    return `value=${this.value}/${this.initial}`;
  }
}

function checkPermits(what: string, value: number, least: number): void {
  if (typeof value !== "number") {
    throw new TypeError(`${what} must be a number, got ${value === null ? "null" : typeof value}`);
  }
  if (!Number.isInteger(value) || value < least || value > PERMITS_MAX) {
    throw new RangeError(`${what} must be an integer from ${least} to ${PERMITS_MAX}, got ${value}`);
  }
}

registerClass("Semaphore", import.meta.url, Semaphore);
registerClass("BoundedSemaphore", import.meta.url, BoundedSemaphore);
