import { check, checkMilliseconds, checkOptionNames } from "@conc/atomics";
import type { Future } from "./future.ts";
import { checkWhole, type MapOptions, type Mapped, mapped } from "./mapping.ts";

/** An iterable for each argument. */
export type Iterables<A extends readonly unknown[]> = { readonly [Index in keyof A]: Iterable<A[Index]> };

/** How to shut an executor down. */
export interface ShutdownOptions {
  /** Whether to wait until all has been done; true if left out. */
  readonly wait?: boolean | undefined;
  /** Whether what nobody has begun is cancelled; false if left out. */
  readonly cancelFutures?: boolean | undefined;
}

/**
 * Something that has functions called elsewhere: the base of what executors there are.
 *
 * @see CPython `concurrent.futures.Executor`
 */
export abstract class Executor implements Disposable, AsyncDisposable {
  /** Has `fn(...args)` called; the future of what comes of it. */
  abstract submit<A extends unknown[], R>(fn: (...args: A) => R | PromiseLike<R>, ...args: A): Future<Awaited<R>>;

  /**
   * Calls `fn` with the first of each iterable, then with the second, and so on until one of them has come to its end.
   *
   * What it throws is thrown in the place of its result, and then, as when the time is over or the results are not gone through to their
   * end, those calls are cancelled that nobody has begun.
   *
   * @param iterables One for each argument; behind them may be options.
   * @returns The results in the order of the inputs: to be gone through once, by `for await` or, blocking the thread, by `for`.
   * @throws {TypeError | RangeError} If an option is wrong, or there is something that can not be iterated.
   * @throws As {@link submit}.
   *
   * @example
   * for await (const square of executor.map((n) => n * n, [1, 2, 3], { chunksize: 100 })) console.log(square);
   *
   * @see CPython `concurrent.futures.Executor.map`; there `chunksize` means nothing to threads.
   */
  map<A extends unknown[], R>(fn: (...args: A) => R | PromiseLike<R>, ...iterables: Iterables<A>): Mapped<Awaited<R>>;
  map<A extends unknown[], R>(
    fn: (...args: A) => R | PromiseLike<R>,
    ...iterablesAndOptions: [...iterables: Iterables<A>, options: MapOptions]
  ): Mapped<Awaited<R>>;
  map<R>(fn: (...args: any[]) => unknown, ...rest: unknown[]): Mapped<R> {
    check("fn", fn, "function");
    const options = (rest.length === 0 || isIterable(rest.at(-1)) ? {} : rest.pop()) as MapOptions;
    checkOptionNames(options, "timeout, chunksize, bufferSize");
    const { timeout, chunksize, bufferSize } = options;
    if (timeout !== undefined) checkMilliseconds("timeout", timeout);
    if (chunksize !== undefined) checkWhole("chunksize", chunksize, 0);
    if (bufferSize !== undefined) checkWhole("bufferSize", bufferSize, 1);
    const odd = rest.find((each) => !isIterable(each));
    if (odd !== undefined) throw new TypeError(`map takes an iterable for each argument of fn, got ${typeof odd}`);
    const submit = (task: (...args: any[]) => unknown, args: readonly unknown[]): Future<any> =>
      this.submit(task, ...args);
    return mapped(submit, fn, rest as Iterable<unknown>[], options);
  }

  /** Takes no more, and ends when all is done that it has taken. Blocks until then. */
  abstract shutdown(options?: ShutdownOptions): void;

  /** As {@link shutdown}, without blocking the thread. */
  abstract shutdownAsync(options?: ShutdownOptions): Promise<void>;

  [Symbol.dispose](): void {
    this.shutdown();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdownAsync();
  }
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof (value as Iterable<unknown> | null | undefined)?.[Symbol.iterator] === "function";
}
