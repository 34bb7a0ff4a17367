// What locks and semaphores have in common: those who want in, and how they wait.
//
// Why no wake-up is lost: the line is never without somebody who will look again. Either the word is marked WAITERS while nobody may
// come in, and then who opens it signals the oldest waiter; or a signalled waiter is on its way, which comes in, or finds the door
// shut and marks the word before it sleeps again (`enter`). Who leaves the line passes on the signal that it had, and marks the word if
// others remain (`changed`).
//
// An open door is open to whoever comes first, but to a patient waiter the lock or permit is handed; see `patience.ts` of the core.

import {
  check,
  checkWait,
  Deadline,
  peers,
  SharedObject,
  TimeoutError,
  WAITERS,
  type Wait,
  type WaitAsync,
  type Waitable,
  type Waiter,
  type WaitOrTry,
  WaitQueue,
} from "@conc/atomics";
import { Guard } from "./guard.ts";

/** Polls before a thread goes to sleep: some 0.5 µs, which most sections do not exceed. */
const SPINS = 100;

const TAKEN = Promise.resolve(true);

/** What can be acquired and released, and the scopes built on that: the common face of locks and semaphores. */
export abstract class Exclusive extends SharedObject implements Waitable {
  /** The line of those who want in. */
  protected readonly queue: WaitQueue = new WaitQueue(this.agent, this.base, this);

  /** Whether a value of the word lets somebody in. */
  protected abstract isOpen(word: number): boolean;

  /** Comes in for this thread, or for an async task of it, if that is possible now. */
  protected abstract tryTake(task?: number): boolean;

  /** Whether an acquire would have to wait; out of date as soon as read. */
  get locked(): boolean {
    return !this.isOpen(Atomics.load(this.words, this.base));
  }

  /** Acquires only if that is possible now, without waiting. */
  tryAcquire(): boolean {
    return this.tryTake();
  }

  /**
   * Acquires, blocking this thread until that is possible.
   *
   * @param options.timeout Longest wait in milliseconds; 0 only tries, left out waits for ever.
   * @param options.blocking false only tries, as `timeout: 0`; not to be combined with `timeout`.
   * @returns false if the time ran out, and then nothing is held.
   * @throws {TypeError | RangeError} If the options are wrong, checked before anything else.
   * @throws {BlockingNotAllowedError} On a browser's main thread, if it would have to wait.
   * @throws {DeadlockError} If it would wait for ever.
   */
  acquire(options?: WaitOrTry): boolean {
    const timeout = checkWait(options);
    return this.tryAcquire() || (timeout > 0 && this.waitBlocking(timeout, 0));
  }

  /**
   * Acquires without blocking the thread; the program stays alive until the promise settles.
   *
   * @param options.timeout As in {@link acquire}.
   * @param options.signal Aborts the wait: the promise rejects with `signal.reason`, and nothing is held.
   * @returns Resolves to false if the time ran out.
   * @throws {TypeError | RangeError} If the options are wrong (the promise rejects).
   */
  acquireAsync(options?: WaitAsync): Promise<boolean> {
    // Unlike a thread, a task does not pass those who wait already: tasks are served in the order in which they asked.
    return options === undefined && this.queue.first === 0 && this.tryTake(SOME_TASK) ? TAKEN : this.take(options);
  }

  /** Gives back what was acquired. */
  abstract release(): void;

  /**
   * Acquires, for a scope: `using guard = lock.guard()`.
   *
   * @throws {TimeoutError} If the time ran out.
   */
  guard(options?: Wait): Guard {
    return this.guardOf(this.acquire(options));
  }

  /**
   * As {@link guard}, without blocking: `using guard = await lock.guardAsync()`.
   *
   * @throws {TimeoutError} If the time ran out (the promise rejects).
   */
  async guardAsync(options?: WaitAsync): Promise<Guard> {
    return this.guardOf(await this.acquireAsync(options));
  }

  /**
   * Calls `fn` while holding, and releases whatever happens.
   *
   * @returns What `fn` returns.
   * @throws {TypeError} If `fn` returns a promise: it would go on after the release. Use {@link runExclusiveAsync}.
   */
  runExclusive<T>(fn: () => T): T {
    check("fn", fn, "function");
    this.acquire();
    try {
      const result = fn();
      if (typeof (result as PromiseLike<unknown> | null | undefined)?.then === "function") {
        throw new TypeError("fn returned a promise and would go on unprotected: use runExclusiveAsync()");
      }
      return result;
    } finally {
      this.release();
    }
  }

  /**
   * Calls `fn` while holding, and releases when what it returns has settled.
   *
   * @returns What `fn` returns or resolves to.
   */
  async runExclusiveAsync<T>(fn: () => T | Promise<T>): Promise<T> {
    check("fn", fn, "function");
    await this.acquireAsync();
    try {
      return await fn();
    } finally {
      this.release();
    }
  }

  /** A guard for what was acquired. */
  protected guardOf(acquired: boolean): Guard {
    if (!acquired) throw new TimeoutError(`${this} not acquired in time`);
    return new Guard(() => this.release());
  }

  /** Acquires for an async task of this thread. */
  protected async take(options: WaitAsync | undefined, task: number = SOME_TASK): Promise<boolean> {
    const timeout = checkWait(options);
    const { queue } = this;
    options?.signal?.throwIfAborted();
    if (queue.first === 0 && this.tryTake(task)) return true;
    return timeout > 0 && queue.waitAsync(new Deadline(timeout), options?.signal, task);
  }

  /** Blocks, after a moment of spinning, until it can be taken. */
  protected waitBlocking(timeout: number, task: number): boolean {
    const deadline = new Deadline(timeout);
    const { words, base } = this;
    for (let spin = peers ? SPINS : 0; spin > 0; spin--) {
      if (this.isOpen(Atomics.load(words, base)) && this.tryTake(task)) return true;
    }
    return this.queue.wait(deadline, task);
  }

  // As what its queue's waiters wait for.

  get asyncForm(): string {
    return "acquireAsync";
  }

  enter(waiter: Waiter): boolean {
    // A task that comes anew does not pass those who wait.
    const mayTake = waiter === this.agent.self || waiter.queue !== 0 || this.queue.first === 0;
    while (mayTake) {
      if (this.tryTake(waiter.task)) return true;
      // Opened in between, and nobody saw the mark: another try is due.
      if (!this.isOpen(Atomics.or(this.words, this.base, WAITERS))) break;
    }
    return false;
  }

  changed(empty: boolean): boolean {
    const { words, base } = this;
    const before = empty ? Atomics.and(words, base, ~WAITERS) : Atomics.or(words, base, WAITERS);
    // Opened by one who saw no mark: nobody else would have the others look again.
    return !empty && this.isOpen(before);
  }

  abstract passOn(): void;
}

/** An async task, whichever: in locks that do not tell one from the other. */
const SOME_TASK = -1;
