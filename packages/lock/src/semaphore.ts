// The word of a semaphore is the number of free permits, and the mark WAITERS while somebody waits.
//
// A permit that is given back is open to whoever comes first; as many waiters as there are permits are told to look, those among them
// who were told before and have not come yet: a task may take its time, and keeps one permit from others, not more. Of those told, one may
// find that others were faster, and waits on; one that got its permit, and sees more of them, tells the next. How they wait, and why none of
// them is forgotten: see `exclusive.ts`.

import { Place, QUEUE_WORDS, registerClass, WAITERS } from "@conc/atomics";
import { Exclusive } from "./exclusive.ts";

/** The most permits there can be; of the word, all but the mark. */
const PERMITS_MAX = 2 ** 31 - 1;

/** Behind the queue's words: the most permits that a bounded semaphore takes back. */
const LIMIT = QUEUE_WORDS;
const STRUCT_BYTES = (QUEUE_WORDS + 1) * 4;

/**
 * Lets a fixed number of holders in at once, across threads and async tasks.
 *
 * Permits belong to nobody: any thread may release, also more than were acquired, and those of a thread that dies are not given
 * back. Not fair in order: a thread that is running may pass one that sleeps, but for a millisecond at most; async tasks of one thread
 * get permits in the order in which they asked.
 *
 * @example
 * const connections = new Semaphore(3);
 * await connections.runExclusiveAsync(async () => {
 *   // never more than three at once
 * });
 *
 * @see CPython `threading.Semaphore`; there nobody promises an order.
 */
export class Semaphore extends Exclusive {
  /**
   * @param value How many permits are free at first: an integer from 0 to 2^31 - 1.
   * @throws {TypeError} If it is not a number.
   * @throws {RangeError} If it is not such an integer.
   */
  constructor(value?: number);
  constructor(value: number | Place = 1) {
    const fresh = !(value instanceof Place);
    if (fresh) checkPermits("value", value, 0);
    super(STRUCT_BYTES, fresh ? undefined : value);
    if (fresh) {
      // Nobody else knows it yet. The first atomic access to a small array makes V8 move it out of its heap, which costs more than
      // all the rest of the constructor.
      this.words[this.base + LIMIT] = value;
      this.words[this.base] = value;
    }
  }

  get [Symbol.toStringTag](): string {
    return "Semaphore";
  }

  /** The free permits; out of date as soon as read. */
  get value(): number {
    return Atomics.load(this.words, this.base) & PERMITS_MAX;
  }

  /**
   * Gives permits back, or adds new ones; as many waiters get one.
   *
   * @param n How many: an integer from 1.
   * @throws {TypeError} If it is not a number.
   * @throws {RangeError} If it is not such an integer, or if there would be more permits than 2^31 - 1; nothing changes then.
   */
  release(n = 1): void {
    checkPermits("n", n, 1);
    const { words, base } = this;
    // A guess: read plainly, as in `enter`. Only an atomic look says that there would be too many.
    let word = words[base] as number;
    for (let sure = false; ; sure = true) {
      const permits = (word & PERMITS_MAX) + n;
      if (permits <= this.limit) {
        const seen = Atomics.compareExchange(words, base, word, word + n);
        if (seen === word) break;
        word = seen;
      } else if (sure) {
        throw new RangeError(`release of ${n} would make ${permits} permits, the most is ${this.limit}`);
      } else {
        word = Atomics.load(words, base);
      }
    }
    if ((word & WAITERS) !== 0) this.#call();
  }

  /** The most permits that there may be. */
  protected get limit(): number {
    return PERMITS_MAX;
  }

  /** How many permits there were at first. */
  protected get initial(): number {
    return this.words[this.base + LIMIT] as number;
  }

  protected override describe(): string {
    return `value=${this.value}`;
  }

  /** Whether an acquire would have to wait, or an async one wait its turn; out of date as soon as read. */
  override get locked(): boolean {
    return super.locked || !this.line.isEmpty;
  }

  protected override isOpen(word: number): boolean {
    return (word & PERMITS_MAX) !== 0;
  }

  // Reads the word plainly, which costs a fraction of `Atomics.load`: a wrong guess ends in false, and the long way looks again.
  protected override enter(): boolean {
    const { words, base } = this;
    const word = words[base] as number;
    return (word & PERMITS_MAX) !== 0 && Atomics.compareExchange(words, base, word, word - 1) === word;
  }

  protected override tryTake(): boolean {
    const { words, base } = this;
    let word = Atomics.load(words, base);
    while ((word & PERMITS_MAX) !== 0) {
      const seen = Atomics.compareExchange(words, base, word, word - 1);
      if (seen === word) return true;
      word = seen;
    }
    return false;
  }

  passOn(): void {
    this.release();
  }

  /** Tells as many waiters as there are permits; the oldest is handed one if it has been patient enough. */
  #call(): void {
    const { line } = this;
    line.lock();
    const heir = line.heir ?? 0;
    const woken = heir !== 0 && this.tryTake() ? (line.handPermitTo?.(heir) ?? []) : [];
    line.unlock([...woken, ...line.signal(this.value)]);
  }
}

/**
 * A semaphore that refuses a release beyond the permits it was made with: such a release is a bug.
 *
 * @see CPython `threading.BoundedSemaphore`
 */
export class BoundedSemaphore extends Semaphore {
  override get [Symbol.toStringTag](): string {
    return "BoundedSemaphore";
  }

  protected override get limit(): number {
    return this.initial;
  }

  protected override describe(): string {
    return `value=${this.value}/${this.initial}`;
  }
}

function checkPermits(what: string, value: number, least: number): void {
  if (typeof value !== "number") {
    throw new TypeError(`${what} must be a number, got ${value === null ? "null" : typeof value}`);
  }
  if (!Number.isInteger(value) || value < least || value > PERMITS_MAX) {
    throw new RangeError(`${what} must be an integer from ${least} to ${PERMITS_MAX}, got ${value}`);
  }
}

registerClass("Semaphore", import.meta.url, Semaphore);
registerClass("BoundedSemaphore", import.meta.url, BoundedSemaphore);
