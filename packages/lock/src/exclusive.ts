// What locks and semaphores have in common: those who want in, and how they wait.
//
// Why no wake-up is lost: the line is never without somebody who will look again. Either the word is marked WAITERS while nobody may
// come in, and then who opens it signals the oldest waiter; or a signalled waiter is on its way, which comes in, or finds the door
// shut and marks the word before it sleeps again (`admit`). Who leaves the line passes on the signal that it had, and marks the word if
// others remain (`changed`).
//
// An open door is open to whoever comes first, but to a patient waiter the lock or permit is handed; see `exclusive-line.ts` of the core.

import {
  check,
  checkWait,
  Deadline,
  type Line,
  LocalLine,
  type Place,
  SharedObject,
  TimeoutError,
  WAITERS,
  type Wait,
  type WaitAsync,
  type Waitable,
  type WaitOrTry,
} from "@conc/atomics";
import { Guard } from "./guard.ts";

const TAKEN = Promise.resolve(true);

/** This thread, in the word of a lock that no other thread knows: unlike the id of any agent. */
export const LOCAL = 1;

/** An async task, whichever: in locks that do not tell one from the other. */
const SOME_TASK = -1;

/** What can be acquired and released, and the scopes built on that: the common face of locks and semaphores. */
export abstract class Exclusive extends SharedObject implements Waitable {
  /** The line of those who want in. */
  protected line: Line;
  /** What stands for this thread in the word of a lock. */
  protected me: number;

  protected constructor(bytes: number, place?: Place) {
    super(bytes, place);
    this.line = place?.arena.lineAt(place.base, this) ?? new LocalLine(this);
    this.me = place?.arena.agent.id ?? LOCAL;
  }

  override moveTo(place: Place): void {
    super.moveTo(place);
    this.me = place.arena.agent.id;
    this.line = place.arena.lineAt(place.base, this, this.line);
  }

  /** Whether an acquire would have to wait; out of date as soon as read. */
  get locked(): boolean {
    return !this.isOpen(Atomics.load(this.words, this.base));
  }

  /** Acquires only if that is possible now, without waiting. */
  tryAcquire(): boolean {
    return this.tryTake() && this.checkSound();
  }

  /**
   * Acquires, blocking this thread until that is possible.
   *
   * @param options.timeout Longest wait in milliseconds; 0 only tries, left out waits for ever.
   * @param options.blocking false only tries, as `timeout: 0`; not to be combined with `timeout`.
   * @returns false if the time ran out, and then nothing is held.
   * @throws {TypeError | RangeError} If the options are wrong, checked before anything else.
   * @throws {BlockingNotAllowedError} On a browser's main thread, if it would have to wait.
   * @throws {DeadlockError} If it would wait for itself, by way of the threads that hold what each of them waits for.
   * @throws {OwnerDiedError} If the last owner of a lock died; the caller holds it then.
   */
  acquire(options?: WaitOrTry): boolean {
    return (options === undefined && this.enter()) || (this.obtain(options) && this.checkSound());
  }

  /**
   * Acquires without blocking the thread; the program stays alive until the promise settles.
   *
   * @param options.timeout As in {@link acquire}.
   * @param options.signal Aborts the wait: the promise rejects with `signal.reason`, and nothing is held.
   * @returns Resolves to false if the time ran out.
   * @throws As {@link acquire} (the promise rejects).
   */
  acquireAsync(options?: WaitAsync): Promise<boolean> {
    // Unlike a thread, a task does not pass those who wait already: tasks are served in the order in which they asked.
    const taken = options === undefined && this.line.isEmpty && this.tryTake(SOME_TASK);
    return taken && this.isSound ? TAKEN : this.#acquireAsync(options, taken);
  }

  /** Gives back what was acquired. */
  abstract release(): void;

  /**
   * Acquires, for a scope: `using guard = lock.guard()`.
   *
   * @throws {TimeoutError} If the time ran out.
   * @throws As {@link acquire}; but nothing is held then.
   */
  guard(options?: Wait): Guard {
    return this.guardOf(this.obtain(options));
  }

  /**
   * As {@link guard}, without blocking: `using guard = await lock.guardAsync()`.
   *
   * @throws As {@link guard} (the promise rejects).
   */
  async guardAsync(options?: WaitAsync): Promise<Guard> {
    return this.guardOf(await this.obtainAsync(options));
  }

  /**
   * Calls `fn` while holding, and releases whatever happens.
   *
   * @returns What `fn` returns.
   * @throws {TypeError} If `fn` returns a promise: it would go on after the release. Use {@link runExclusiveAsync}.
   * @throws As {@link acquire}; but nothing is held then.
   */
  runExclusive<T>(fn: () => T): T {
    check("fn", fn, "function");
    const entered = this.enter();
    if (!entered) this.obtain();
    try {
      if (!entered) this.checkSound();
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
    await this.obtainAsync();
    try {
      this.checkSound();
      return await fn();
    } finally {
      this.release();
    }
  }

  /** Whether a value of the word lets somebody in. */
  protected abstract isOpen(word: number): boolean;

  /** The short way in, for a thread: as long as nobody else is there and all is in order; false if it can not be taken. */
  protected abstract enter(): boolean;

  /** Comes in for this thread, or for an async task of it, if that is possible now. */
  protected abstract tryTake(task?: number): boolean;

  /** Whether those who come in find things in order. */
  protected get isSound(): boolean {
    return true;
  }

  /** Somebody has come in: true, or throws what he has to know. */
  protected checkSound(): boolean {
    return true;
  }

  /** Comes in, if need be after a wait: what `acquire` does before it checks. */
  protected obtain(options?: WaitOrTry): boolean {
    const timeout = checkWait(options);
    return this.tryTake() || (timeout > 0 && this.line.wait(new Deadline(timeout)));
  }

  /** As {@link obtain}, for an async task of this thread. Throws what it finds wrong at once: to be awaited. */
  protected obtainAsync(options?: WaitAsync, task: number = SOME_TASK): boolean | Promise<boolean> {
    const timeout = checkWait(options);
    const { line } = this;
    const signal = options?.signal;
    signal?.throwIfAborted();
    if (line.isEmpty && this.tryTake(task)) return true;
    return timeout > 0 && line.waitAsync(new Deadline(timeout), signal, task);
  }

  /** A guard for what was obtained. */
  protected guardOf(obtained: boolean, release: () => void = () => this.release()): Guard {
    if (!obtained) throw new TimeoutError(`${this} not acquired in time`);
    try {
      this.checkSound();
    } catch (error) {
      release();
      throw error;
    }
    return new Guard(release);
  }

  async #acquireAsync(options: WaitAsync | undefined, taken: boolean): Promise<boolean> {
    return (taken || (await this.obtainAsync(options))) && this.checkSound();
  }

  // As what its queue's waiters wait for.

  get asyncForm(): string {
    return "acquireAsync";
  }

  tryAdmit(task: number): boolean {
    return this.isOpen(Atomics.load(this.words, this.base)) && this.tryTake(task);
  }

  admit(task: number, mayPass: boolean): boolean {
    while (mayPass) {
      if (this.tryTake(task)) return true;
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
