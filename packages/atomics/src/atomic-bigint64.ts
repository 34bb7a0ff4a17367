import { ArenaObject } from "./arena-object.ts";
import { Place } from "./place.ts";
import { registerClass } from "./shared-object.ts";
import { checkInteger, checkOperand } from "./value-type.ts";

const LEAST = -(2n ** 63n);
const MOST = 2n ** 63n - 1n;

/**
 * Holds a 64-bit integer that any thread reads and changes in single steps, without a lock.
 *
 * As `AtomicInt32`, for numbers beyond 2^31: counts of bytes, of nanoseconds, packed pairs. Values are bigints, which costs a
 * little more per step.
 *
 * @example
 * const bytes = new AtomicBigInt64();
 * bytes.add(2n ** 33n); // from any number of threads
 * console.log(bytes.load()); // 8589934592n
 *
 * @see `Atomics` over a `BigInt64Array`; Java `AtomicLong`.
 */
export class AtomicBigInt64 extends ArenaObject {
  readonly #cell: BigInt64Array;

  /**
   * @param init A bigint from -2^63 to 2^63 - 1.
   * @throws {TypeError} If it is not a bigint.
   * @throws {RangeError} If it is out of range.
   */
  constructor(init?: bigint);
  constructor(init: bigint | Place = 0n) {
    if (!(init instanceof Place)) checkInteger("init", init, LEAST, MOST);
    super(8, init instanceof Place ? init : undefined);
    this.#cell = new BigInt64Array(this.words.buffer, this.base * 4, 1);
    if (!(init instanceof Place)) Atomics.store(this.#cell, 0, init);
  }

  get [Symbol.toStringTag](): string {
    return "AtomicBigInt64";
  }

  load(): bigint {
    return Atomics.load(this.#cell, 0);
  }

  /**
   * @param value A bigint from -2^63 to 2^63 - 1.
   * @throws {TypeError | RangeError} If it is not.
   */
  store(value: bigint): void {
    checkInteger("value", value, LEAST, MOST);
    Atomics.store(this.#cell, 0, value);
  }

  /**
   * Adds an integer, wrapping around.
   *
   * @returns The value before.
   * @throws {TypeError} If it is not a bigint.
   */
  add(value: bigint): bigint {
    checkOperand("value", value, "bigint");
    return Atomics.add(this.#cell, 0, value);
  }

  /** Subtracts an integer, wrapping around; otherwise as {@link add}. */
  sub(value: bigint): bigint {
    checkOperand("value", value, "bigint");
    return Atomics.sub(this.#cell, 0, value);
  }

  /** Keeps the bits that `mask` has too; returns the value before. Otherwise as {@link add}. */
  and(mask: bigint): bigint {
    checkOperand("mask", mask, "bigint");
    return Atomics.and(this.#cell, 0, mask);
  }

  /** Sets the bits that `mask` has; returns the value before. Otherwise as {@link add}. */
  or(mask: bigint): bigint {
    checkOperand("mask", mask, "bigint");
    return Atomics.or(this.#cell, 0, mask);
  }

  /** Turns over the bits that `mask` has; returns the value before. Otherwise as {@link add}. */
  xor(mask: bigint): bigint {
    checkOperand("mask", mask, "bigint");
    return Atomics.xor(this.#cell, 0, mask);
  }

  /**
   * Stores `value`, as {@link store} does.
   *
   * @returns The value before.
   */
  exchange(value: bigint): bigint {
    checkInteger("value", value, LEAST, MOST);
    return Atomics.exchange(this.#cell, 0, value);
  }

  /**
   * Stores `replacement` if the number is `expected`, both bigints from -2^63 to 2^63 - 1.
   *
   * @returns The value before: equal to `expected` exactly if the replacement was stored.
   * @throws {TypeError | RangeError} If one of them is not.
   */
  compareExchange(expected: bigint, replacement: bigint): bigint {
    checkInteger("expected", expected, LEAST, MOST);
    checkInteger("replacement", replacement, LEAST, MOST);
    return Atomics.compareExchange(this.#cell, 0, expected, replacement);
  }

  protected override describe(): string {
    return String(this.load());
  }
}

registerClass("AtomicBigInt64", import.meta.url, AtomicBigInt64);
