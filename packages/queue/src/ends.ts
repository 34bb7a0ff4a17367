// What all queues have in common: two ends, and how one waits at them. The items are in a `Store`.

import {
  ArenaObject,
  checkWait,
  Deadline,
  freeOrphans,
  newPlace,
  OWNING,
  Place,
  Spin,
  type Wait,
  type WaitAsync,
  type WaitOrTry,
} from "@conc/atomics";
import { EndLine } from "./end-line.ts";
import { QueueEmptyError, QueueFullError, QueueShutDownError } from "./errors.ts";
import {
  DISPOSAL,
  DONE,
  EMPTIED,
  GETS,
  GETTERS,
  MAX_SIZE,
  NOT_YET,
  OPEN,
  type Outcome,
  PUTS,
  PUTTERS,
  QUEUE_BYTES,
  STATE,
} from "./layout.ts";
import type { Store } from "./store.ts";
import { Turn, type TurnTaker } from "./turn.ts";

/** A queue, as far as it goes without tasks and shutdown. */
export abstract class Ends<T> extends ArenaObject implements TurnTaker {
  protected readonly store: Store;
  readonly #spinForItem: Spin = new Spin();
  readonly #spinForRoom: Spin = new Spin();

  /**
   * @param first The place of an existing queue, or how many items a new one holds; 0 for any number.
   */
  protected constructor(first: Place | number) {
    super(QUEUE_BYTES, first instanceof Place ? first : newPlace(QUEUE_BYTES, OWNING));
    if (typeof first === "number") {
      this.words[this.base + DISPOSAL] = this.disposal();
      this.words[this.base + MAX_SIZE] = first;
      freeOrphans(this.agent);
    }
    this.store = this.open();
  }

  /** How what belongs to the queue is freed. */
  protected abstract disposal(): number;

  /** Makes the view of where the items are. */
  protected abstract open(): Store;

  /** How many items there are; out of date as soon as read. */
  get size(): number {
    const { words, base } = this;
    for (;;) {
      const gets = Atomics.load(words, base + GETS);
      const puts = Atomics.load(words, base + PUTS);
      if (Atomics.load(words, base + STATE) === EMPTIED) return 0;
      if (gets === Atomics.load(words, base + GETS)) return (puts - gets) | 0;
    }
  }

  /** Whether there are no items; out of date as soon as read. */
  get empty(): boolean {
    return this.size === 0;
  }

  /**
   * Puts an item, blocking this thread while there is no room.
   *
   * The item is copied as it is now. What a structured clone can carry arrives as from one; primitives of these packages arrive as the same.
   * Getters in it are read then, maybe more than once in one put: if it turns out to be larger than there was room for, it is copied anew.
   *
   * @param options.timeout Longest wait in milliseconds; 0 only tries, left out waits for ever.
   * @param options.blocking false only tries, as `timeout: 0`; not to be combined with `timeout`.
   * @throws {TypeError} If the item can not travel, and nothing is put. Or if an option is of the wrong type.
   * @throws {RangeError} If an option is out of range, or if no arena could hold the item.
   * @throws {QueueFullError} If there was no room in time.
   * @throws {QueueShutDownError} If the queue is shut down, also during the wait.
   * @throws {ArenaFullError} If the memory is used up; the queue is as it was.
   * @throws {BlockingNotAllowedError} On a browser's main thread, if it would have to wait.
   */
  put(item: T, options?: WaitOrTry): void {
    const timeout = checkWait(options);
    const wrapped = this.store.wrap(item, options);
    let outcome: Outcome = NOT_YET;
    try {
      outcome = this.store.put(wrapped);
      if (outcome === DONE) this.announce(GETTERS);
      else if (outcome === NOT_YET && timeout > 0) {
        outcome = this.#block(PUTTERS, GETTERS, "putAsync", timeout, () => this.store.put(wrapped));
      }
    } finally {
      if (outcome !== DONE) this.store.discard(wrapped);
    }
    if (outcome !== DONE) throw this.#refusal(outcome, true);
  }

  /**
   * As {@link put}, without blocking the thread; those who wait are served in the order in which they came.
   *
   * @param options.signal Aborts the wait: the promise rejects with `signal.reason`, and nothing is put.
   */
  async putAsync(item: T, options?: WaitAsync): Promise<void> {
    const timeout = checkWait(options);
    options?.signal?.throwIfAborted();
    const wrapped = this.store.wrap(item, options);
    let outcome: Outcome = NOT_YET;
    try {
      if (timeout === 0 || this.#line(PUTTERS).isEmpty) outcome = this.store.put(wrapped);
      if (outcome === DONE) this.announce(GETTERS);
      else if (outcome === NOT_YET && timeout > 0) {
        const attempt = (): Outcome => this.store.put(wrapped);
        outcome = await this.#await(PUTTERS, GETTERS, timeout, options?.signal, attempt);
      }
    } finally {
      if (outcome !== DONE) this.store.discard(wrapped);
    }
    if (outcome !== DONE) throw this.#refusal(outcome, true);
  }

  /** {@link put} that does not wait. */
  putNowait(item: T): void {
    this.put(item, AT_ONCE);
  }

  /**
   * Takes the next item, blocking this thread while there is none.
   *
   * @param options As for {@link put}.
   * @throws {TypeError | RangeError} If the options are wrong, checked before anything else. A TypeError also if the item needs a module
   *   that this thread has not imported, and says for which class or function; it is not taken then.
   * @throws {QueueEmptyError} If there was none in time.
   * @throws {QueueShutDownError} If the queue is shut down, also during the wait, and there is none left.
   * @throws {BlockingNotAllowedError} On a browser's main thread, if it would have to wait.
   */
  get(options?: WaitOrTry): T {
    const timeout = checkWait(options);
    let outcome = this.store.take();
    if (outcome === DONE) this.announce(PUTTERS);
    else if (outcome === NOT_YET && timeout > 0)
      outcome = this.#block(GETTERS, PUTTERS, "getAsync", timeout, this.#take);
    if (outcome !== DONE) throw this.#refusal(outcome, false);
    return this.#item();
  }

  /**
   * As {@link get}, without blocking the thread; those who wait are served in the order in which they came.
   *
   * @param options.signal Aborts the wait: the promise rejects with `signal.reason`, and nothing is taken.
   */
  async getAsync(options?: WaitAsync): Promise<T> {
    const timeout = checkWait(options);
    options?.signal?.throwIfAborted();
    if (timeout === 0 || this.#line(GETTERS).isEmpty) {
      const outcome = this.store.take();
      if (outcome === DONE) {
        this.announce(PUTTERS);
        return this.#item();
      }
      if (outcome !== NOT_YET || timeout === 0) throw this.#refusal(outcome, false);
    }
    let item: unknown;
    const outcome = await this.#await(GETTERS, PUTTERS, timeout, options?.signal, () => {
      const taken = this.store.take();
      // Others of this thread take before this wait goes on.
      if (taken === DONE) item = this.#item();
      return taken;
    });
    if (outcome !== DONE) throw this.#refusal(outcome, false);
    return item as T;
  }

  /** {@link get} that does not wait. */
  getNowait(): T {
    return this.get(AT_ONCE);
  }

  /** Whether nothing can be put any more. */
  protected get closed(): boolean {
    return Atomics.load(this.words, this.base + STATE) !== OPEN;
  }

  protected get maximum(): number {
    return this.words[this.base + MAX_SIZE] as number;
  }

  protected describe(): string {
    const max = this.maximum;
    const size = max === 0 ? `${this.size}` : `${this.size} of ${max}`;
    return this.closed ? `${size}, shut down` : size;
  }

  readonly #take = (): Outcome => this.store.take();

  /** What was taken; the queue does not keep it. */
  #item(): T {
    const item = this.store.taken as T;
    this.store.taken = undefined;
    return item;
  }

  #line(line: number, turn?: Turn): EndLine {
    return new EndLine(this.agent, this.base, this, line, turn);
  }

  #block(line: number, other: number, asyncForm: string, timeout: number, attempt: () => Outcome): Outcome {
    const deadline = new Deadline(timeout);
    if (this.#spin(line)) {
      const outcome = attempt();
      if (outcome === DONE) this.announce(other);
      if (outcome !== NOT_YET) return outcome;
    }
    const turn = new Turn(this, line, other, asyncForm, attempt);
    this.#line(line, turn).wait(deadline);
    return turn.end();
  }

  /** Looks for a moment whether the other side does anything; only at what that changes, for others want the rest. */
  #spin(line: number): boolean {
    const { words } = this;
    const at = this.base + (line === GETTERS ? PUTS : GETS);
    const before = Atomics.load(words, at);
    const spin = line === GETTERS ? this.#spinForItem : this.#spinForRoom;
    return spin.until(() => Atomics.load(words, at) !== before) || this.openings(line) > 0;
  }

  async #await(
    line: number,
    other: number,
    timeout: number,
    signal: AbortSignal | undefined,
    attempt: () => Outcome,
  ): Promise<Outcome> {
    const turn = new Turn(this, line, other, "", attempt);
    const settled = this.#line(line, turn).waitAsync(new Deadline(timeout), signal);
    turn.joined = true;
    turn.announce();
    await settled;
    return turn.end();
  }

  #refusal(outcome: Outcome, put: boolean): Error {
    if (outcome !== NOT_YET) return new QueueShutDownError(`${this} ${put ? "takes no items" : "has no items left"}`);
    return put ? new QueueFullError(`${this} had no room in time`) : new QueueEmptyError(`${this} had no item in time`);
  }

  // As what those who wait need.

  mark(line: number, crowded: boolean): void {
    Atomics.store(this.words, this.base + line, crowded ? 1 : 0);
  }

  openings(line: number): number {
    // Should it be shut down right after that, everybody in the line is told.
    if (this.closed) return Number.POSITIVE_INFINITY;
    return line === GETTERS ? this.size : this.maximum - this.size;
  }

  /** Has everybody in a line look again. */
  signalAll(line: number): void {
    this.#signal(line, Number.POSITIVE_INFINITY);
  }

  announce(line: number): void {
    const at = this.base + line;
    if (Atomics.load(this.words, at) !== 0 && Atomics.exchange(this.words, at, 0) !== 0) this.#signal(line);
  }

  #signal(line: number, count?: number): void {
    const queue = this.#line(line);
    queue.lock();
    queue.unlock(queue.signal(count));
  }
}

/** Does not wait. */
const AT_ONCE: Wait = { timeout: 0 };
