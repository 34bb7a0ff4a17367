import {
  check,
  checkWait,
  Deadline,
  DeadlockError,
  fromHandle,
  HANDLE,
  type Handle,
  type HandleMaker,
  InvalidStateError,
  registerType,
  TimeoutError,
  type Wait,
  type WaitAsync,
  type WaitQueue,
} from "@conc/atomics";
import { CANCELLED, type Core, DIED, NOTIFIED, PENDING, RAISED, RETURNED, RUNNING } from "./core.ts";
import { CancelledError, WorkerDiedError } from "./errors.ts";
import { putBelow } from "./remote-stack.ts";
import { SHARED_CORE, SharedCore } from "./shared-core.ts";

/** What a future came to, as this thread has read it. */
type Result<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly error: unknown;
      /** Whether its stack says only where it was thrown, in another thread. */
      isAbroad: boolean;
    };

/** Of what the future is to be made that is constructed next, if not of something new. */
let given: Core | undefined;

/** The futures that this thread has of those that lie in the arena. */
const futures = new WeakMap<Core, WeakRef<Future<any>>>();

/** As its method under a symbol of `@conc/atomics` would be declared in the class. */
// biome-ignore lint/correctness/noUnusedVariables: declarations of one class have the same parameters.
export interface Future<T = unknown> extends HandleMaker {}

/**
 * A result that is not there yet: of a call in another thread, or of whoever sets it.
 *
 * It can be awaited, waited for blocked, and asked. Any thread that has it can do so, and set it. Its result is a copy, the same each time
 * within one thread. A rejection that nobody looks at harms nobody.
 *
 * @example
 * const future = new Future<number>();
 * new Thread({ target: answer, args: [future] }).start(); // calls future.setResult(42)
 * console.log(future.result()); // or: await future
 *
 * @see CPython `concurrent.futures.Future`; there `wait` does not take one that was cancelled for done before a worker has seen it.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: its method is defined in the static block.
export class Future<T = unknown> implements PromiseLike<T> {
  static {
    Object.defineProperty(Future.prototype, HANDLE, {
      value: function (this: Future): Handle {
        return this.#core.handle();
      },
    });
    Object.defineProperty(Future.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value: function (this: Future): string {
        return this.toString();
      },
    });
  }

  readonly #core: Core;
  #callbacks: ((future: any) => void)[] = [];
  #done: Promise<void> | undefined;
  #result: Result<T> | undefined;

  /** @throws {TypeError} If called with arguments. */
  constructor(...none: readonly never[]) {
    if (none.length > 0) throw new TypeError("Future takes no arguments");
    this.#core = given ?? new SharedCore();
    if (this.#core instanceof SharedCore) futures.set(this.#core, new WeakRef<Future<any>>(this as Future<any>));
  }

  get [Symbol.toStringTag](): string {
    return "Future";
  }

  /** Names it, the same in all threads that have it, and says how it stands. */
  toString(): string {
    return this.#core.toString();
  }

  /** What to call where this thread must not block. */
  get asyncForm(): string {
    return "resultAsync";
  }

  /** Whether it was cancelled. */
  get cancelled(): boolean {
    const state = this.#core.state();
    return state === CANCELLED || state === NOTIFIED;
  }

  /** Whether somebody works on it, so that it can not be cancelled any more; out of date as soon as read. */
  get running(): boolean {
    return this.#core.state() === RUNNING;
  }

  /** Whether it has come to an end, cancelled or not. */
  get done(): boolean {
    return this.#core.state() >= CANCELLED;
  }

  /**
   * Cancels it, unless it is running or done.
   *
   * @returns Whether it is cancelled now.
   */
  cancel(): boolean {
    const cancelled = this.#core.cancel();
    if (cancelled) this.#announce();
    return cancelled || this.cancelled;
  }

  /**
   * Blocks until it is done.
   *
   * @param options.timeout Longest wait in milliseconds; 0 only looks, left out waits for ever.
   * @throws {TimeoutError} If the time ran out first.
   * @throws {CancelledError} If it was cancelled.
   * @throws {WorkerDiedError} If the thread died that worked on it.
   * @throws {DeadlockError} If no other thread has it, so that nobody could ever set it.
   * @throws {BlockingNotAllowedError} On a browser's main thread, if it would have to wait.
   * @throws What it failed with. Below the stack of this call stands that of the other thread.
   */
  result(options?: Wait): T {
    this.#block(options);
    return unwrap(this.#read(), this.result);
  }

  /**
   * As {@link result}, without blocking the thread; the same as to await the future, but for the options, and for the stack of an error:
   * who awaits the future itself is not told by the engine, and so is missing there.
   *
   * @param options.signal Aborts the wait, not what is waited for: the promise rejects with `signal.reason`.
   */
  async resultAsync(options?: WaitAsync): Promise<T> {
    await this.#wait(options);
    return unwrap(this.#read(), this.resultAsync);
  }

  /**
   * Blocks until it is done.
   *
   * @returns What it failed with; undefined if it did not.
   * @throws As {@link result}, but for that.
   */
  exception(options?: Wait): unknown {
    this.#block(options);
    return this.#errorOf(this.#read());
  }

  /** As {@link exception}, without blocking the thread. */
  async exceptionAsync(options?: WaitAsync): Promise<unknown> {
    await this.#wait(options);
    return this.#errorOf(this.#read());
  }

  /** So that a future can be awaited. */
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#whenDone().then((): any => {
      const result = this.#read();
      if (result.ok) return typeof onFulfilled === "function" ? onFulfilled(result.value) : result.value;
      if (typeof onRejected === "function") return onRejected(result.error);
      throw result.error;
    });
  }

  /**
   * Has a function called, once, with the future when it is done: at once if it is. Functions are called in the order in which they were
   * added, in the thread that added them. What one throws is printed, and goes no further.
   *
   * @throws {TypeError} If it is no function.
   */
  addDoneCallback(fn: (future: this) => void): void {
    check("fn", fn, "function");
    if (this.done) {
      this.#call(fn);
      return;
    }
    this.#callbacks.push(fn);
    void this.#whenDone();
  }

  // For those who write executors.

  /**
   * Says that this thread begins to work on it. Should the thread die, the future has failed with a {@link WorkerDiedError}.
   *
   * @returns false if it was cancelled: there is nothing to do.
   * @throws {InvalidStateError} If that was said before, or the future is done.
   */
  setRunningOrNotifyCancel(): boolean {
    const before = this.#core.begin();
    if (before === PENDING || before === CANCELLED) return before === PENDING;
    throw new InvalidStateError(`${this}: somebody has begun to work on it already`);
  }

  /**
   * Ends it with a result.
   *
   * @throws {InvalidStateError} If it is done.
   * @throws {TypeError} If the value can not travel; nothing changes then.
   */
  setResult(value: T): void {
    this.#end(RETURNED, value);
  }

  /**
   * Ends it with a failure, which may be any value.
   *
   * @throws As {@link setResult}.
   */
  setException(error: unknown): void {
    this.#end(RAISED, error);
  }

  /**
   * Resolves to whether it was done in time.
   *
   * @internal
   */
  isDoneWithin(deadline: Deadline, signal?: AbortSignal): Promise<boolean> {
    return this.#core.isDoneWithin(deadline, signal);
  }

  /**
   * Milliseconds for which it may be left alone by who waits for it; then its time may be over.
   *
   * @internal
   */
  get patience(): number {
    return this.#core.patience;
  }

  /**
   * The line of those who wait for it.
   *
   * @internal
   */
  get line(): WaitQueue {
    return this.#core.line;
  }

  /**
   * Whether nobody but this thread could ever end it.
   *
   * @internal
   */
  get isMine(): boolean {
    return this.#core.isMine;
  }

  /**
   * How many of the arena were done before, modulo 2^32.
   *
   * @internal
   */
  get order(): number {
    return this.#core.order;
  }

  /**
   * Whether it failed, other than by being cancelled.
   *
   * @internal
   */
  get failed(): boolean {
    return this.#core.state() >= RAISED;
  }

  #end(state: number, value: unknown): void {
    if (!this.#core.end(state, value)) throw new InvalidStateError(`${this}: it is done already`);
    this.#announce();
  }

  #block(options: Wait | undefined): void {
    const timeout = checkWait(options);
    if (this.done) return;
    if (timeout === Number.POSITIVE_INFINITY && this.#core.isMine) {
      throw new DeadlockError(`${this}: no other thread has it, so that nobody could set it while this one waits`);
    }
    if (!this.#core.blockUntilDone(new Deadline(timeout))) throw this.#late();
    this.#announce();
  }

  async #wait(options: WaitAsync | undefined): Promise<void> {
    const timeout = checkWait(options);
    options?.signal?.throwIfAborted();
    if (!(await this.isDoneWithin(new Deadline(timeout), options?.signal))) throw this.#late();
  }

  #late(): TimeoutError {
    return new TimeoutError(`${this}: it was not done in time`);
  }

  #whenDone(): Promise<void> {
    this.#done ??= this.isDoneWithin(new Deadline()).then(() => this.#announce());
    return this.#done;
  }

  /** Calls those who want to know. */
  #announce(): void {
    for (const fn of this.#callbacks.splice(0)) this.#call(fn);
  }

  #call(fn: (future: this) => void): void {
    try {
      fn(this);
    } catch (error) {
      console.error(`a callback of ${this} failed:`, error);
    }
  }

  /** What it came to. */
  #read(): Result<T> {
    this.#result ??= this.#readAnew();
    return this.#result;
  }

  #readAnew(): Result<T> {
    const state = this.#core.state();
    if (state === RETURNED) return { ok: true, value: this.#core.value() as T };
    if (state === RAISED) return { ok: false, error: this.#core.value(), isAbroad: this.#core.isFromAbroad };
    const error = state === DIED ? new WorkerDiedError("the thread died that worked on it") : undefined;
    return { ok: false, error: error ?? new CancelledError("it was cancelled"), isAbroad: false };
  }

  #errorOf(result: Result<T>): unknown {
    if (this.cancelled) return unwrap(result, this.exception);
    return result.ok ? undefined : result.error;
  }
}

/** Gives the value, or throws the error, to whoever called `asked`. */
function unwrap<T>(result: Result<T>, asked: (options?: WaitAsync) => unknown): T {
  if (result.ok) return result.value;
  if (result.isAbroad) putBelow(result.error, asked);
  result.isAbroad = false;
  throw result.error;
}

/** The future that is made of this. */
export function futureOf<T>(core: Core): Future<T> {
  const known = futures.get(core)?.deref();
  if (known) return known;
  given = core;
  try {
    return new Future<T>();
  } finally {
    given = undefined;
  }
}

registerType("Future", {
  module: import.meta.url,
  revive: (handle) => futureOf(fromHandle<SharedCore>({ ...handle, type: SHARED_CORE })),
});
