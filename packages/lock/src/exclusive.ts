import { check, SharedObject, TimeoutError, type Wait, type WaitAsync, type WaitOrTry } from "@conc/atomics";
import { Guard } from "./guard.ts";

/** What can be acquired and released, and the scopes built on that: the common face of locks and semaphores. */
export abstract class Exclusive extends SharedObject {
  /** Acquires only if that is possible now, without waiting. */
  abstract tryAcquire(): boolean;

  /**
   * Acquires, blocking this thread until that is possible.
   *
   * @param options.timeout Longest wait in milliseconds; 0 only tries, left out waits for ever.
   * @param options.blocking false only tries, as `timeout: 0`; not to be combined with `timeout`.
   * @returns false if the time ran out, and then nothing is held.
   * @throws {TypeError | RangeError} If the options are wrong, checked before anything else.
   * @throws {BlockingNotAllowedError} On a browser's main thread, if it would have to wait.
   */
  abstract acquire(options?: WaitOrTry): boolean;

  /**
   * Acquires without blocking the thread; the program stays alive until the promise settles.
   *
   * @param options.timeout As in {@link acquire}.
   * @param options.signal Aborts the wait: the promise rejects with `signal.reason`, and nothing is held.
   * @returns Resolves to false if the time ran out.
   * @throws {TypeError | RangeError} If the options are wrong (the promise rejects).
   */
  abstract acquireAsync(options?: WaitAsync): Promise<boolean>;

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
        throw new TypeError("the function returned a promise and would go on unprotected: use runExclusiveAsync()");
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
}
