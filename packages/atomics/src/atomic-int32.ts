import { ArenaObject } from "./arena-object.ts";
import { Place } from "./place.ts";
import { registerClass } from "./shared-object.ts";
import { checkInteger, checkOperand } from "./value-type.ts";

const LEAST = -(2 ** 31);
const MOST = 2 ** 31 - 1;

/**
 * Holds a 32-bit integer that any thread reads and changes in single steps, without a lock.
 *
 * Every method is one atomic step, and all threads see all steps in the same order: what a thread wrote before a step is seen by
 * whoever reads the step's result. Those that change the number return what it was before. A change made of two calls, such as
 * `n.store(n.load() + 1)`, loses updates: use `add`, or a loop around `compareExchange`.
 *
 * Arithmetic wraps around at 32 bits, so its operands may be integers of any size; what is stored as it stands must fit. None of
 * the methods blocks.
 *
 * @example
 * const hits = new AtomicInt32();
 * hits.add(1); // from any number of threads
 * console.log(hits.load()); // 1
 *
 * const highest = new AtomicInt32();
 * let seen = highest.load();
 * while (seen < 7) {
 *   const before = highest.compareExchange(seen, 7);
 *   if (before === seen) break;
 *   seen = before; // another thread was faster: look again
 * }
 *
 * @see `Atomics`, whose names these are; Java `AtomicInteger`. `Word` is the one to sleep on.
 */
export class AtomicInt32 extends ArenaObject {
  /**
   * @param init An integer from -2^31 to 2^31 - 1.
   * @throws {TypeError} If it is not a number.
   * @throws {RangeError} If it is not such an integer.
   */
  constructor(init?: number);
  constructor(init: number | Place = 0) {
    if (!(init instanceof Place)) checkInteger("init", init, LEAST, MOST);
    super(4, init instanceof Place ? init : undefined);
    if (!(init instanceof Place)) Atomics.store(this.words, this.base, init);
  }

  get [Symbol.toStringTag](): string {
    return "AtomicInt32";
  }

  load(): number {
    return Atomics.load(this.words, this.base);
  }

  /**
   * @param value An integer from -2^31 to 2^31 - 1.
   * @throws {TypeError | RangeError} If it is not.
   */
  store(value: number): void {
    checkInteger("value", value, LEAST, MOST);
    Atomics.store(this.words, this.base, value);
  }

  /**
   * Adds an integer, wrapping around.
   *
   * @returns The value before.
   * @throws {TypeError | RangeError} If it is not an integer.
   */
  add(value: number): number {
    checkOperand("value", value, "number");
    return Atomics.add(this.words, this.base, value);
  }

  /** Subtracts an integer, wrapping around; otherwise as {@link add}. */
  sub(value: number): number {
    checkOperand("value", value, "number");
    return Atomics.sub(this.words, this.base, value);
  }

  /** Keeps the bits that `mask` has too; returns the value before. Otherwise as {@link add}. */
  and(mask: number): number {
    checkOperand("mask", mask, "number");
    return Atomics.and(this.words, this.base, mask);
  }

  /** Sets the bits that `mask` has; returns the value before. Otherwise as {@link add}. */
  or(mask: number): number {
    checkOperand("mask", mask, "number");
    return Atomics.or(this.words, this.base, mask);
  }

  /** Turns over the bits that `mask` has; returns the value before. Otherwise as {@link add}. */
  xor(mask: number): number {
    checkOperand("mask", mask, "number");
    return Atomics.xor(this.words, this.base, mask);
  }

  /**
   * Stores `value`, as {@link store} does.
   *
   * @returns The value before.
   */
  exchange(value: number): number {
    checkInteger("value", value, LEAST, MOST);
    return Atomics.exchange(this.words, this.base, value);
  }

  /**
   * Stores `replacement` if the number is `expected`, both integers from -2^31 to 2^31 - 1.
   *
   * @returns The value before: equal to `expected` exactly if the replacement was stored.
   * @throws {TypeError | RangeError} If one of them is not such an integer.
   */
  compareExchange(expected: number, replacement: number): number {
    checkInteger("expected", expected, LEAST, MOST);
    checkInteger("replacement", replacement, LEAST, MOST);
    return Atomics.compareExchange(this.words, this.base, expected, replacement);
  }

  protected override describe(): string {
    return String(this.load());
  }
}

registerClass("AtomicInt32", import.meta.url, AtomicInt32);
