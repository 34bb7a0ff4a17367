// The word of an event is CLEAR, SET, CROWDED: clear, and somebody waits; or SETTING: set, and those who wait are being let go.
//
// `set` lets go of everyone who stands in line at that moment, one by one, whatever the flag says by the time they run: so a `clear`
// right after it takes nobody's wake-up back. Both ends of a wait are decided under the queue's lock, so none is missed.
//
// A `set` whose thread dies half-way leaves SETTING behind, and those whom it did not let go in the line. Nobody can clear that, nor set it
// again, without letting them go first. So the line is empty when the word is CLEAR or SET, and a `set` that sees one of them misses none.

import {
  ArenaObject,
  checkWait,
  Deadline,
  type Place,
  QUEUE_WORDS,
  registerClass,
  type Wait,
  type WaitAsync,
  type Waitable,
  WaitQueue,
} from "@conc/atomics";

const CROWDED = -1;
const CLEAR = 0;
const SET = 1;
const SETTING = 2;

/**
 * A flag that threads and async tasks wait for.
 *
 * What a thread wrote before `set` is seen by those whose wait it ends.
 *
 * @example
 * const ready = new Event();
 * new Thread({ target: work, args: [ready] }).start(); // calls ready.wait()
 * ready.set();
 *
 * @see CPython `threading.Event`
 */
export class Event extends ArenaObject implements Waitable {
  readonly #queue: WaitQueue = new WaitQueue(this.agent, this.base, this);

  /** @throws {TypeError} If called with arguments. */
  constructor();
  constructor(place?: Place) {
    super(QUEUE_WORDS * 4, place);
  }

  get [Symbol.toStringTag](): string {
    return "Event";
  }

  /** Whether the flag is set; out of date as soon as read. */
  get isSet(): boolean {
    return Atomics.load(this.words, this.base) > CLEAR;
  }

  /** Sets the flag and lets go of everyone who waits. Needs no lock. */
  set(): void {
    const before = Atomics.compareExchange(this.words, this.base, CLEAR, SET);
    if (before === CROWDED || before === SETTING) this.#letGo(true);
  }

  /** Clears the flag: whoever waits from now on waits for the next `set`. */
  clear(): void {
    while (Atomics.compareExchange(this.words, this.base, SET, CLEAR) === SETTING) this.#letGo(false);
  }

  /**
   * Blocks until the flag is set.
   *
   * @param options.timeout Longest wait in milliseconds; 0 only looks, left out waits for ever.
   * @returns false if the time ran out first. true if there was a `set` during the wait, even if it has been cleared since.
   * @throws {TypeError | RangeError} If the options are wrong, checked before anything else.
   * @throws {BlockingNotAllowedError} On a browser's main thread, if it would have to wait.
   */
  wait(options?: Wait): boolean {
    const timeout = checkWait(options);
    return this.isSet || (timeout > 0 && this.#queue.wait(new Deadline(timeout)));
  }

  /**
   * As {@link wait}, without blocking the thread; the program stays alive until the promise settles.
   *
   * @param options.signal Aborts the wait: the promise rejects with `signal.reason`.
   */
  async waitAsync(options?: WaitAsync): Promise<boolean> {
    const timeout = checkWait(options);
    options?.signal?.throwIfAborted();
    return this.isSet || (timeout > 0 && this.#queue.waitAsync(new Deadline(timeout), options?.signal));
  }

  protected override describe(): string {
    return this.isSet ? "set" : "unset";
  }

  // As what its queue's waiters wait for.

  get asyncForm(): string {
    return "waitAsync";
  }

  admit(): boolean {
    return Atomics.compareExchange(this.words, this.base, CLEAR, CROWDED) > CLEAR;
  }

  changed(empty: boolean): boolean {
    if (empty) Atomics.compareExchange(this.words, this.base, CROWDED, CLEAR);
    return false;
  }

  // Whom `set` let go had no share that others could use.
  passOn(): void {}

  /** Lets everyone go who waits; unless it `sets` the flag, only if somebody began with that and has not come to its end. */
  #letGo(sets: boolean): void {
    const { words, base } = this;
    const queue = this.#queue;
    const woken: number[] = [];
    queue.lock();
    // Before anyone is let go: one that does not sleep yet might clear the flag at once.
    if (sets) Atomics.store(words, base, SETTING);
    if (Atomics.load(words, base) === SETTING) {
      while (queue.first !== 0) woken.push(queue.grant());
      Atomics.store(words, base, SET);
    }
    queue.unlock(woken);
  }
}

registerClass("Event", import.meta.url, Event);
