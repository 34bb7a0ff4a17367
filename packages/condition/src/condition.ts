// A condition is a line of waiters beside a lock. `wait` joins the line while it holds the lock, so a `notify` by whoever gets the
// lock next finds it there; then it frees the lock and sleeps. `notify` wakes nobody: it moves the oldest waiters from this line
// into the line for the lock, where the release of the lock finds them. So a notified thread wakes up once, when it can go on,
// and exactly as many as were notified compete for the lock.
//
// A waiter whose time runs out looks under the line's lock where it stands: still here, it leaves and nobody has notified it; moved,
// it was notified, and waits on for the lock. There is nothing in between, so no notification is lost or used twice.
//
// As long as only one thread knows the condition, and nobody has waited for it, there is no line; it moves into the arena, and with it
// its lock, when it is shared or first waited for.

import {
  announceWait,
  check,
  checkWait,
  countWaiting,
  Deadline,
  fromHandle,
  type Handle,
  InvalidStateError,
  moveIn,
  NotOwnerError,
  type PendingWait,
  type Place,
  QUEUE_LOCK,
  QUEUE_WORDS,
  registerType,
  SharedObject,
  standsIn,
  toHandle,
  untilSettled,
  type Wait,
  type WaitAsync,
  type Waitable,
  type Waiter,
  type WaitOrTry,
  WaitQueue,
} from "@conc/atomics";
import { type Guard, type Holding, Lock, Monitor, RLock } from "@conc/lock";

/**
 * Lets threads and async tasks wait, with a lock freed meanwhile, until another one notifies them.
 *
 * All calls but `acquire` and its relatives need the lock: with an `RLock` the caller must own it, with a plain `Lock` it must be
 * locked. Those who wait are notified oldest first, and a `notify` without waiters is not remembered.
 *
 * @example
 * const changed = new Condition();
 * // one thread
 * using guard = changed.guard();
 * changed.waitFor(() => stock.value > 0);
 * // another
 * using guard = changed.guard();
 * stock.value += 1;
 * changed.notify();
 *
 * @see CPython `threading.Condition`
 */
export class Condition extends SharedObject implements Waitable {
  readonly #lock: Lock;
  readonly #monitor: Monitor;
  /** Those who wait; there once the condition lives in the arena. */
  #queue: WaitQueue | undefined;

  /**
   * @param lock The lock that the condition works with; several conditions may share one. Left out, an `RLock` of its own.
   * @throws {TypeError} If it is neither a `Lock` nor an `RLock`.
   */
  constructor(lock?: Lock | RLock);
  constructor(lock: Lock | RLock = new RLock(), place?: Place) {
    if (!(lock instanceof Lock)) throw new TypeError("lock must be a Lock or an RLock");
    super(QUEUE_WORDS * 4, place);
    this.#lock = lock;
    this.#monitor = new Monitor(lock);
    if (place) this.#openLine(place);
  }

  get [Symbol.toStringTag](): string {
    return "Condition";
  }

  /** Whether somebody holds the lock; out of date as soon as read. */
  get locked(): boolean {
    return this.#lock.locked;
  }

  /** As the lock's `acquire`. */
  acquire(options?: WaitOrTry): boolean {
    return this.#lock.acquire(options);
  }

  /** As the lock's `acquireAsync`. */
  acquireAsync(options?: WaitAsync): Promise<boolean> {
    return this.#lock.acquireAsync(options);
  }

  /** As the lock's `tryAcquire`. */
  tryAcquire(): boolean {
    return this.#lock.tryAcquire();
  }

  /** As the lock's `release`. */
  release(): void {
    this.#lock.release();
  }

  /** As the lock's `recover`. */
  recover(): void {
    this.#lock.recover();
  }

  /** As the lock's `guard`. */
  guard(options?: Wait): Guard {
    return this.#lock.guard(options);
  }

  /** As the lock's `guardAsync`. */
  guardAsync(options?: WaitAsync): Promise<Guard> {
    return this.#lock.guardAsync(options);
  }

  /** As the lock's `runExclusive`. */
  runExclusive<T>(fn: () => T): T {
    return this.#lock.runExclusive(fn);
  }

  /** As the lock's `runExclusiveAsync`. */
  runExclusiveAsync<T>(fn: () => T | Promise<T>): Promise<T> {
    return this.#lock.runExclusiveAsync(fn);
  }

  /**
   * Frees the lock, blocks until notified, and holds the lock again, as deep as before, on every way out.
   *
   * Should it be one of several that wait for each other when it wants the lock again, the `DeadlockError` is thrown in another one.
   *
   * @param options.timeout Longest wait for a notification in milliseconds; getting the lock again may take longer.
   * @returns false if the time ran out before a notification.
   * @throws {InvalidStateError} If the lock is not held.
   * @throws {OwnerDiedError} If the one who had the lock meanwhile died; the caller holds it all the same.
   * @throws {BlockingNotAllowedError} On a browser's main thread; the lock stays held.
   */
  wait(options?: Wait): boolean {
    const deadline = new Deadline(checkWait(options));
    this.#checkHeld();
    const queue = this.#line();
    const { agent } = queue;
    agent.mayBlock(this.asyncForm);
    const waiter = agent.self;
    const holding = this.#join(queue, waiter);
    do {
      const remaining = deadline.remaining();
      if (remaining > 0) {
        queue.rest(remaining);
      } else if (queue.leave(waiter)) {
        this.#monitor.reacquire(waiter, holding.task);
        this.#monitor.restore(holding);
        return false;
      }
    } while (standsIn(queue, waiter));
    this.#monitor.resume(waiter);
    this.#monitor.restore(holding);
    return true;
  }

  /**
   * As {@link wait}, without blocking the thread.
   *
   * @param options.signal Aborts the wait: the lock is acquired again, then the promise rejects with `signal.reason`. If it was
   * notified already, the notification goes to another waiter.
   */
  async waitAsync(options?: WaitAsync): Promise<boolean> {
    const deadline = new Deadline(checkWait(options));
    const signal = options?.signal;
    signal?.throwIfAborted();
    this.#checkHeld();
    const queue = this.#line();
    const { agent } = queue;
    const waiter = agent.open();
    let holding: Holding;
    try {
      holding = this.#join(queue, waiter);
    } catch (error) {
      agent.close(waiter);
      throw error;
    }
    const notified = await this.#untilNotified(queue, waiter, deadline, signal);
    if (notified) {
      await this.#monitor.queue.resumeAsync(waiter, new Deadline());
    } else {
      agent.close(waiter);
      await this.#monitor.queue.waitAsync(new Deadline(), undefined, holding.task);
    }
    this.#monitor.restore(holding);
    if (signal?.aborted) {
      if (notified) this.#moveToLock(queue, 1);
      throw signal.reason;
    }
    return notified;
  }

  /**
   * Waits until `predicate` returns something truthy, and looks again after each notification.
   *
   * @param options.timeout Longest time for all waits together, in milliseconds.
   * @returns The last value of `predicate`: falsy if the time ran out.
   * @throws {TypeError} If `predicate` returns a promise, which is never falsy; use {@link waitForAsync}.
   * @throws {InvalidStateError} If it has to wait and the lock is not held.
   */
  waitFor<T>(predicate: () => T, options?: Wait): T {
    const deadline = new Deadline(checkWait(options));
    check("predicate", predicate, "function");
    const look = (): T => {
      const value = predicate();
      // A promise would always count as true.
      if (typeof (value as PromiseLike<unknown> | undefined)?.then !== "function") return value;
      throw new TypeError("the predicate returned a promise: use waitForAsync()");
    };
    let value = look();
    while (!value) {
      const inTime = this.wait({ timeout: deadline.remaining() });
      value = look();
      // At the deadline the waits are of length 0, and a steady stream of notifications could beat every one of them.
      if (!inTime || deadline.remaining() === 0) break;
    }
    return value;
  }

  /** As {@link waitFor}, without blocking the thread; a promise that `predicate` returns is awaited. */
  async waitForAsync<T>(predicate: () => T | Promise<T>, options?: WaitAsync): Promise<T> {
    const deadline = new Deadline(checkWait(options));
    check("predicate", predicate, "function");
    options?.signal?.throwIfAborted();
    let value = await predicate();
    while (!value) {
      const inTime = await this.waitAsync({ timeout: deadline.remaining(), signal: options?.signal });
      value = await predicate();
      if (!inTime || deadline.remaining() === 0) break;
    }
    return value;
  }

  /**
   * Lets the `n` oldest waiters go on, once the lock is free; fewer if there are not as many, none if `n` is below 1.
   *
   * @throws {TypeError | RangeError} If `n` is neither an integer nor `Infinity`.
   * @throws {InvalidStateError} If the lock is not held.
   */
  notify(n = 1): void {
    check("n", n, "number");
    if (!Number.isInteger(n) && n !== Number.POSITIVE_INFINITY) {
      throw new RangeError(`n must be an integer or Infinity, got ${n}`);
    }
    this.#checkHeld();
    const queue = this.#queue;
    if (queue === undefined) return;
    // Looked at in this order: in the hands of one who died moving a waiter, the line may seem empty until it is made whole.
    const isWhole = Atomics.load(this.words, this.base + QUEUE_LOCK) === 0;
    if (!isWhole || queue.first !== 0) this.#moveToLock(queue, n);
  }

  /**
   * Lets all waiters go on, one after the other, once the lock is free.
   *
   * @throws {InvalidStateError} If the lock is not held.
   */
  notifyAll(): void {
    this.notify(Number.POSITIVE_INFINITY);
  }

  override moveTo(place: Place): void {
    super.moveTo(place);
    this.#openLine(place);
  }

  override get handleFields(): Record<string, unknown> {
    return { lock: toHandle(this.#lock) };
  }

  protected override describe(): string {
    return `${this.#lock}, ${this.#queue ? countWaiting(this.#queue) : 0} waiting`;
  }

  // As what its queue's waiters wait for: a notification, which nobody can have without waiting. They are not granted anything here
  // but moved into the line for the lock, so there is nothing to pass on.

  get asyncForm(): string {
    return "waitAsync";
  }

  admit(): boolean {
    return false;
  }

  changed(): boolean {
    return false;
  }

  passOn(): void {}

  #checkHeld(): void {
    if (this.#monitor.isHeld) return;
    if (!this.#lock.locked) throw new InvalidStateError("the condition's lock is not held");
    throw new NotOwnerError("somebody else owns the condition's lock");
  }

  /** The line of those who wait; from now on the condition lives in the arena. */
  #line(): WaitQueue {
    moveIn(this);
    return this.#queue as WaitQueue;
  }

  #openLine(place: Place): void {
    this.#monitor.moveIn();
    this.#queue = new WaitQueue(place.arena.agent, place.base, this);
  }

  /** Waits; a waiter that was not notified stands in no line any more. */
  async #untilNotified(queue: WaitQueue, waiter: Waiter, deadline: Deadline, signal?: AbortSignal): Promise<boolean> {
    let notified = false;
    const wait: PendingWait = {
      woken: undefined,
      look: () => {
        notified = !standsIn(queue, waiter);
        return notified;
      },
      leave: () => {
        notified = !queue.leave(waiter);
        return !notified;
      },
      passOn() {},
    };
    waiter.woken = () => wait.woken?.();
    // Of an abort the caller hears once it holds the lock again.
    await untilSettled(wait, deadline, signal).catch((error) => {
      if (!signal?.aborted) throw error;
    });
    return notified;
  }

  /** Joins the line and frees the lock. */
  #join(queue: WaitQueue, waiter: Waiter): Holding {
    const holding = this.#monitor.holding;
    waiter.begin(holding.task);
    queue.lock();
    queue.push(waiter.node);
    queue.unlock();
    try {
      this.#monitor.releaseAll();
    } catch (error) {
      // Of a plain lock, which somebody else released just now. A notification meanwhile has put the waiter in line for the lock.
      if (!queue.leave(waiter) && !this.#monitor.queue.leave(waiter)) this.#lock.release();
      announceWait(queue.agent, 0);
      throw error;
    }
    return holding;
  }

  /** Moves the oldest waiters into the line for the lock. */
  #moveToLock(queue: WaitQueue, count: number): void {
    queue.lock();
    for (let moved = 0; moved < count && queue.first !== 0; moved++) {
      const node = queue.first;
      queue.unlink(node);
      this.#monitor.admit(node);
    }
    queue.unlock();
  }
}

registerType("Condition", {
  module: import.meta.url,
  make(place, handle) {
    const Viewed = Condition as new (lock: Lock, place: Place) => Condition;
    return new Viewed(fromHandle<Lock>(handle.lock as Handle), place);
  },
});
