import { SharedObject, TimeoutError, type Wait, type WaitAsync, type WaitOrTry } from "@conc/atomics";
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
    if (!this.acquire(options)) throw this.timedOut();
    return new Guard(() => this.release());
  }

  /**
   * As {@link guard}, without blocking: `using guard = await lock.guardAsync()`.
   *
   * @throws {TimeoutError} If the time ran out (the promise rejects).
   */
  async guardAsync(options?: WaitAsync): Promise<Guard> {
    if (!(await this.acquireAsync(options))) throw this.timedOut();
    return new Guard(() => this.release());
  }

  /**
   * Calls `fn` while holding, and releases whatever happens.
   *
   * @returns What `fn` returns.
   * @throws {TypeError} If `fn` returns a promise: it would go on after the release. Use {@link runExclusiveAsync}.
   */
  runExclusive<T>(fn: () => T): T {
    checkFunction(fn);
    this.acquire();
    try {
      const result = fn();
      if (isThenable(result)) {
        throw new TypeError(
          "runExclusive: the function returned a promise and would go on unprotected; use runExclusiveAsync",
        );
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
    checkFunction(fn);
    await this.acquireAsync();
    try {
      return await fn();
    } finally {
      this.release();
    }
  }

  /** The error of a guard that was not to be had in time. */
  protected timedOut(): TimeoutError {
    return new TimeoutError(`${this[Symbol.toStringTag]} not acquired in time`);
  }
}

export function checkFunction(fn: unknown): void {
  if (typeof fn !== "function") throw new TypeError(`expected a function, got ${fn === null ? "null" : typeof fn}`);
}

function isThenable(value: unknown): boolean {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}
