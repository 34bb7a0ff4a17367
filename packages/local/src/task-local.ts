import type { AsyncLocalStorage } from "node:async_hooks";

/** A value for each async task; see {@link taskLocal}. */
export interface TaskLocal<T> {
  /** The value of the running task; outside of `run`, what `init` makes, once for the thread. */
  readonly value: T;

  /**
   * Calls `fn` with the value set, for it and for all that it awaits or starts.
   *
   * @returns What `fn` returns.
   * @throws {TypeError} If `fn` returns a promise where tasks can not be followed, which is in browsers.
   */
  run<R>(value: T, fn: () => R): R;
}

/**
 * A value that follows an async task through its awaits, where a `local` is shared by all tasks of a thread.
 *
 * @param init Makes the value of tasks that were not given one; left out, theirs is undefined.
 * @throws {TypeError} If `init` is not a function.
 *
 * @example
 * const request = taskLocal<string>();
 * await Promise.all(["a", "b"].map((id) => request.run(id, handle))); // in each, request.value is its own
 *
 * @see CPython `contextvars.ContextVar`, Node's `AsyncLocalStorage`, on which it stands.
 */
export function taskLocal<T>(init: () => T): TaskLocal<T>;
export function taskLocal<T>(): TaskLocal<T | undefined>;
export function taskLocal<T>(init?: () => T): TaskLocal<T | undefined> {
  if (init !== undefined && typeof init !== "function")
    throw new TypeError(`init must be a function, got ${typeof init}`);
  const hooks = globalThis.process?.getBuiltinModule?.("node:async_hooks");
  const storage = hooks
    ? new hooks.AsyncLocalStorage<{ value: T | undefined }>()
    : new SyncStorage<{ value: T | undefined }>();
  let outside: { value: T | undefined } | undefined;
  return {
    get value() {
      const inside = storage.getStore();
      if (inside) return inside.value;
      outside ??= { value: init?.() };
      return outside.value;
    },
    run(value, fn) {
      if (typeof fn !== "function") throw new TypeError(`fn must be a function, got ${typeof fn}`);
      return storage.run({ value }, fn);
    },
  };
}

/** What browsers can do: follow a call, but no `await`. */
class SyncStorage<S> implements Pick<AsyncLocalStorage<S>, "getStore"> {
  #store: S | undefined;

  getStore(): S | undefined {
    return this.#store;
  }

  run<R>(store: S, fn: () => R): R {
    const before = this.#store;
    this.#store = store;
    try {
      const result = fn();
      if (typeof (result as PromiseLike<unknown> | undefined)?.then === "function") {
        throw new TypeError(
          "this platform can not follow async tasks: run() takes only functions that return no promise",
        );
      }
      return result;
    } finally {
      this.#store = before;
    }
  }
}
