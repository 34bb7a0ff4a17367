// A future is a state and the line of those who wait for it to be done. Whatever changes the state does so under the line's lock, and so
// nobody who is about to wait misses it; all are let go afterwards, and should the one who does that die, its death has them all look.
// The outcome is written before the state says that it is there. A future that a thread works on names it, and so is done when that thread
// dies: whoever looks finds that out, and all who wait look when an agent dies.

import {
  Arena,
  ArenaObject,
  agentsOf,
  check,
  checkWait,
  Deadline,
  DeadlockError,
  grantOldest,
  HEADER_SETTLED,
  InvalidStateError,
  newPlace,
  type OpenArena,
  OWNING,
  type Place,
  QUEUE_WORDS,
  registerClass,
  registerDisposal,
  TimeoutError,
  type Wait,
  type WaitAsync,
  type Waitable,
  WaitQueue,
} from "@conc/atomics";
import { CancelledError, WorkerDiedError } from "./errors.ts";
import { dropOutcome, keepOutcome, packOutcome, readOutcome } from "./outcome.ts";

// The struct.
/** Tells the arena how the outcome is freed with the future; unlike that of all other objects to which more belongs. */
const DISPOSAL = 0;
const DISPOSAL_OF_FUTURES = 16;
/** The agent that works on it. */
const WORKER = 1;
/** The line; its value is the state. */
const LINE = 2;
const OUTCOME = LINE + QUEUE_WORDS;
const OUTCOME_END = OUTCOME + 1;
/** How many futures of the arena were done before, modulo 2^32. */
const ORDER = OUTCOME + 2;
const FUTURE_BYTES = (ORDER + 1) * 4;

// The states; from CANCELLED on it is done.
const PENDING = 0;
const RUNNING = 1;
const CANCELLED = 2;
/** Cancelled, and who was to work on it knows. */
const NOTIFIED = 3;
const RETURNED = 4;
const RAISED = 5;
/** Its worker died. */
const DIED = 6;

/** What a future came to, as this thread has read it. */
type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

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
export class Future<T = unknown> extends ArenaObject implements PromiseLike<T>, Waitable {
  readonly #line: WaitQueue = new WaitQueue(this.agent, this.base + LINE, this);
  #callbacks: ((future: this) => void)[] = [];
  #done: Promise<void> | undefined;
  #result: Result<T> | undefined;

  /** @throws {TypeError} If called with arguments. */
  constructor();
  constructor(place?: Place) {
    super(FUTURE_BYTES, place ?? newPlace(FUTURE_BYTES, OWNING));
    if (place === undefined) this.words[this.base + DISPOSAL] = DISPOSAL_OF_FUTURES;
  }

  get [Symbol.toStringTag](): string {
    return "Future";
  }

  /** Whether it was cancelled. */
  get cancelled(): boolean {
    const state = this.#state();
    return state === CANCELLED || state === NOTIFIED;
  }

  /** Whether somebody works on it, so that it can not be cancelled any more; out of date as soon as read. */
  get running(): boolean {
    return this.#state() === RUNNING;
  }

  /** Whether it has come to an end, cancelled or not. */
  get done(): boolean {
    return this.#state() >= CANCELLED;
  }

  /**
   * Cancels it, unless it is running or done.
   *
   * @returns Whether it is cancelled now.
   */
  cancel(): boolean {
    return this.#change((state) => (state === PENDING ? CANCELLED : state)) || this.cancelled;
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
   * @throws What it failed with.
   */
  result(options?: Wait): T {
    this.#block(options);
    return unwrap(this.#read());
  }

  /**
   * As {@link result}, without blocking the thread; the same as to await the future, but for the options.
   *
   * @param options.signal Aborts the wait, not what is waited for: the promise rejects with `signal.reason`.
   */
  async resultAsync(options?: WaitAsync): Promise<T> {
    await this.#wait(options);
    return unwrap(this.#read());
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
    return this.#whenDone()
      .then(() => unwrap(this.#read()))
      .then(onFulfilled, onRejected);
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
    const next = { [PENDING]: RUNNING, [CANCELLED]: NOTIFIED } as Record<number, number | undefined>;
    let runs = false;
    const changed = this.#change((state) => {
      runs = state === PENDING;
      if (runs) this.words[this.base + WORKER] = this.agent.id;
      return next[state] ?? state;
    });
    if (!changed) throw new InvalidStateError(`${this}: somebody has begun to work on it already`);
    return runs;
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

  protected override describe(): string {
    switch (this.#state()) {
      case PENDING:
        return "pending";
      case RUNNING:
        return "running";
      case RETURNED:
        return `returned ${typeName(this.#value())}`;
      case RAISED:
        return `raised ${typeName(this.#value())}`;
      case DIED:
        return "its thread died";
      default:
        return "cancelled";
    }
  }

  // As what its line's waiters wait for. The state is changed under the line's lock, so no mark is needed.

  get asyncForm(): string {
    return "resultAsync";
  }

  admit(): boolean {
    return this.done;
  }

  changed(): boolean {
    return false;
  }

  passOn(): void {}

  /**
   * Resolves to whether it was done in time.
   *
   * @internal
   */
  async isDoneWithin(deadline: Deadline, signal?: AbortSignal): Promise<boolean> {
    return this.done || (deadline.remaining() > 0 && this.#line.waitAsync(deadline, signal));
  }

  /**
   * Blocks; whether it was done in time.
   *
   * @internal
   */
  blockUntilDone(deadline: Deadline): boolean {
    return this.done || (deadline.remaining() > 0 && this.#line.wait(deadline));
  }

  /**
   * The line of those who wait for it.
   *
   * @internal
   */
  get line(): WaitQueue {
    return this.#line;
  }

  /**
   * Whether no other thread has it.
   *
   * @internal
   */
  get isMine(): boolean {
    return this.isPrivate;
  }

  /**
   * How many of the arena were done before, modulo 2^32.
   *
   * @internal
   */
  get order(): number {
    return this.words[this.base + ORDER] as number;
  }

  /**
   * Whether it failed, other than by being cancelled.
   *
   * @internal
   */
  get failed(): boolean {
    return this.#state() >= RAISED;
  }

  /** The state; that of a future whose worker is dead is found out here. */
  #state(): number {
    const { words, base } = this;
    const state = Atomics.load(words, base + LINE);
    if (state !== RUNNING || agentsOf(this.arena).isAlive(words[base + WORKER] as number)) return state;
    // Read with the state by those who do not see it yet: whoever finds out writes the same, or a later one.
    words[base + ORDER] = nextOrder(this.arena);
    Atomics.compareExchange(words, base + LINE, RUNNING, DIED);
    return Atomics.load(words, base + LINE);
  }

  /** Changes the state under the line's lock; whether it did. Lets all go if it is done with that. */
  #change(next: (state: number) => number): boolean {
    const { words, base } = this;
    this.#line.lock();
    const before = this.#state();
    const after = next(before);
    if (after >= CANCELLED && before < CANCELLED) words[base + ORDER] = nextOrder(this.arena);
    // By compare-exchange, for who finds that its worker is dead has no lock.
    const changed = after !== before && Atomics.compareExchange(words, base + LINE, before, after) === before;
    this.#line.unlock();
    if (changed && after >= CANCELLED) {
      grantOldest(this.#line, Number.POSITIVE_INFINITY);
      this.#announce();
    }
    return changed;
  }

  #end(state: number, value: unknown): void {
    const { words, base, arena } = this;
    if (this.done) throw new InvalidStateError(`${this}: it is done already`);
    const outcome = packOutcome(arena, value);
    const changed = this.#change((before) => {
      if (before >= CANCELLED) return before;
      // Of one that died right before it would have been done.
      dropOutcomeOf(arena, base);
      // First of all, or it might be freed twice should this thread die.
      keepOutcome(arena, outcome);
      words[base + OUTCOME_END] = outcome.end;
      Atomics.store(words, base + OUTCOME, outcome.place);
      return state;
    });
    if (changed) return;
    if (words[base + OUTCOME] === outcome.place) words[base + OUTCOME] = 0;
    dropOutcome(arena, outcome);
    throw new InvalidStateError(`${this}: it is done already`);
  }

  #block(options: Wait | undefined): void {
    const timeout = checkWait(options);
    if (this.done) return;
    if (timeout === Number.POSITIVE_INFINITY && this.isPrivate) {
      throw new DeadlockError(`${this}: no other thread has it, so that nobody could set it while this one waits`);
    }
    if (!this.blockUntilDone(new Deadline(timeout))) throw this.#late();
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
    const state = this.#state();
    if (state === RETURNED) return { ok: true, value: this.#value() as T };
    if (state === RAISED) return { ok: false, error: this.#value() };
    if (state === DIED) return { ok: false, error: new WorkerDiedError("the thread died that worked on it") };
    return { ok: false, error: new CancelledError("it was cancelled") };
  }

  #value(): unknown {
    const { words, base } = this;
    if (this.#result) return this.#result.ok ? this.#result.value : this.#result.error;
    return readOutcome(this.arena, {
      place: words[base + OUTCOME] as number,
      end: words[base + OUTCOME_END] as number,
    });
  }

  #errorOf(result: Result<T>): unknown {
    if (this.cancelled) return unwrap(result);
    return result.ok ? undefined : result.error;
  }
}

function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw result.error;
  return result.value;
}

function typeName(value: unknown): string {
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value;
  return (value as { constructor?: { name?: string } }).constructor?.name ?? "object";
}

/** Lets go of the outcome of the future whose words begin there, if it has one. */
function dropOutcomeOf(arena: OpenArena, base: number): void {
  const words = arena.heap.reach(base);
  const place = Atomics.exchange(words, base + OUTCOME, 0);
  if (place !== 0) dropOutcome(arena, { place, end: words[base + OUTCOME_END] as number });
}

/** A number for each future that is done, in their order. */
function nextOrder({ heap }: OpenArena): number {
  return Atomics.add(heap.words, HEADER_SETTLED, 1);
}

registerClass("Future", import.meta.url, Future);
registerDisposal(DISPOSAL_OF_FUTURES, (id, base) => {
  dropOutcomeOf(Arena.find(id) as OpenArena, base);
});
