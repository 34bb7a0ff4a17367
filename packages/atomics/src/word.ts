import { ArenaObject } from "./arena-object.ts";
import { checkWait, Deadline, type Wait, type WaitAsync } from "./deadline.ts";
import { QUEUE_WORDS } from "./layout.ts";
import type { Waitable } from "./line.ts";
import { Place } from "./place.ts";
import { registerClass } from "./shared-object.ts";
import { WaitQueue } from "./wait-queue.ts";
import { grantOldest } from "./waiters.ts";

/** How a wait for a word ended. */
export type WordWait = "ok" | "not-equal" | "timed-out";

/**
 * A 32-bit word that threads can sleep on until another one wakes them: the futex, for primitives of your own.
 *
 * `wait` sleeps only if the word still holds what the caller saw, which is checked in one step with falling asleep: who changes the
 * word and then calls `notify` misses nobody. Waiters are woken oldest first, blocked and async ones in one line, and an aborted
 * or timed-out waiter never swallows a `notify`.
 *
 * @example
 * const ready = new Word(0);
 * // one thread
 * ready.store(1);
 * ready.notify();
 * // another
 * while (ready.load() === 0) ready.wait(0);
 *
 * @see Linux `futex(2)`, `Atomics.wait`: unlike there a pending async wait keeps the program alive and can be aborted.
 */
export class Word extends ArenaObject {
  /**
   * @param value An integer, taken modulo 2^32 as `Atomics.store` does.
   * @throws {TypeError} If it is not a number.
   */
  constructor(value?: number);
  constructor(value: number | Place = 0) {
    if (typeof value !== "number" && !(value instanceof Place)) {
      throw new TypeError(`value must be a number, got ${value === null ? "null" : typeof value}`);
    }
    super(QUEUE_WORDS * 4, typeof value === "number" ? undefined : value);
    if (typeof value === "number") this.words[this.base] = value;
  }

  get [Symbol.toStringTag](): string {
    return "Word";
  }

  load(): number {
    return Atomics.load(this.words, this.base);
  }

  store(value: number): void {
    Atomics.store(this.words, this.base, value);
  }

  /** Adds, wrapping around, and returns the value before. */
  add(value: number): number {
    return Atomics.add(this.words, this.base, value);
  }

  /** Stores and returns the value before. */
  exchange(value: number): number {
    return Atomics.exchange(this.words, this.base, value);
  }

  /** Stores `replacement` if the word holds `expected`; returns what it held. */
  compareExchange(expected: number, replacement: number): number {
    return Atomics.compareExchange(this.words, this.base, expected, replacement);
  }

  /**
   * Blocks this thread until a `notify`, if the word holds `expected`.
   *
   * @returns "not-equal" at once if it holds something else, "timed-out" if the time ran out, else "ok".
   * @throws {TypeError | RangeError} If the options are wrong.
   * @throws {BlockingNotAllowedError} On a browser's main thread, if it would have to sleep.
   */
  wait(expected: number, options?: Wait): WordWait {
    const deadline = new Deadline(checkWait(options));
    const expectation = new Expectation(this, expected);
    if (expectation.admit()) return "not-equal";
    if (deadline.remaining() === 0) return "timed-out";
    return expectation.outcome(this.#queue(expectation).wait(deadline));
  }

  /**
   * As {@link wait}, without blocking the thread; the program stays alive until it settles.
   *
   * @returns Rejects with `signal.reason` if aborted; a `notify` that came at the same time goes to the next waiter.
   * @throws {TypeError | RangeError} If the options are wrong.
   */
  async waitAsync(expected: number, options?: WaitAsync): Promise<WordWait> {
    const deadline = new Deadline(checkWait(options));
    options?.signal?.throwIfAborted();
    const expectation = new Expectation(this, expected);
    if (expectation.admit()) return "not-equal";
    if (deadline.remaining() === 0) return "timed-out";
    return expectation.outcome(await this.#queue(expectation).waitAsync(deadline, options?.signal));
  }

  /**
   * Wakes the `count` oldest waiters, or as many as there are.
   *
   * @returns How many were woken.
   */
  notify(count: number = Number.POSITIVE_INFINITY): number {
    return grantOldest(this.#queue(new Expectation(this, 0)), count);
  }

  protected override describe(): string {
    return String(this.load());
  }

  #queue(expectation: Expectation): WaitQueue {
    return new WaitQueue(this.agent, this.base, expectation);
  }
}

/** What one wait expects of the word. It leaves no mark in the value, so `notify` takes the queue's lock each time. */
class Expectation implements Waitable {
  readonly asyncForm = "waitAsync";
  readonly #word: Word;
  readonly #expected: number;
  #unequal = false;

  constructor(word: Word, expected: number) {
    this.#word = word;
    this.#expected = expected;
  }

  admit(): boolean {
    this.#unequal = this.#word.load() !== this.#expected;
    return this.#unequal;
  }

  changed(): boolean {
    return false;
  }

  passOn(): void {
    this.#word.notify(1);
  }

  toString(): string {
    return this.#word.toString();
  }

  outcome(woken: boolean): WordWait {
    if (this.#unequal) return "not-equal";
    return woken ? "ok" : "timed-out";
  }
}

registerClass("Word", import.meta.url, Word);
