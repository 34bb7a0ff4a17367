import { ArenaObject } from "./arena-object.ts";
import { registerType } from "./handle.ts";
import { Place } from "./place.ts";
import {
  type AnyArray,
  checkOperand,
  type DeltaOf,
  type ElementType,
  elementType,
  type ValueOf,
  type ValueType,
  type ValueTypeName,
} from "./value-type.ts";

/** Elements of one type somewhere in shared memory, each read or changed in one atomic step. Indexes are the caller's to check. */
export class Cells<T extends ValueType> {
  readonly type: ElementType;
  readonly #bits: AnyArray;

  constructor(type: ElementType, buffer: ArrayBufferLike, byteOffset: number, length: number) {
    this.type = type;
    this.#bits = new type.Bits(buffer, byteOffset, length);
  }

  load(index: number): ValueOf<T> {
    return this.type.fromBits(Atomics.load(this.#bits, index)) as ValueOf<T>;
  }

  store(index: number, value: ValueOf<T>): void {
    this.type.check("value", value);
    Atomics.store(this.#bits, index, this.type.toBits(value));
  }

  exchange(index: number, value: ValueOf<T>): ValueOf<T> {
    this.type.check("value", value);
    return this.type.fromBits(Atomics.exchange(this.#bits, index, this.type.toBits(value))) as ValueOf<T>;
  }

  compareExchange(index: number, expected: ValueOf<T>, replacement: ValueOf<T>): ValueOf<T> {
    const { type } = this;
    type.check("expected", expected);
    type.check("replacement", replacement);
    // As it would be read back: an f32 is rounded.
    const wanted = type.fromBits(type.toBits(expected));
    const next = type.toBits(replacement);
    for (;;) {
      const bits = Atomics.load(this.#bits, index);
      const before = type.fromBits(bits);
      // The value decides, not its bits: 0 equals -0. And NaN equals NaN, or a loop around this would never get past one.
      if (before !== wanted && !(Number.isNaN(before) && Number.isNaN(wanted))) return before as ValueOf<T>;
      if (Atomics.compareExchange(this.#bits, index, bits, next) === bits) return before as ValueOf<T>;
    }
  }

  add(index: number, delta: DeltaOf<T>): ValueOf<T> {
    const { type } = this;
    if (type.adding === "integer") {
      checkOperand("delta", delta, type.Bits.BYTES_PER_ELEMENT === 8 ? "bigint" : "number");
      return Atomics.add(this.#bits, index, delta as number) as ValueOf<T>;
    }
    if (type.adding === undefined) throw new TypeError(`nothing can be added to a value of type ${type.name}`);
    type.check("delta", delta);
    for (;;) {
      const bits = Atomics.load(this.#bits, index);
      const before = type.fromBits(bits) as number;
      const sum = type.toBits(before + (delta as number));
      if (Atomics.compareExchange(this.#bits, index, bits, sum) === bits) return before as ValueOf<T>;
    }
  }
}

/**
 * Holds one value of a fixed type that all threads see: a number, a boolean or a character.
 *
 * A read and a write of `value` are one atomic step each, of every type, so nobody ever sees half a number. But `v.value += 1` is two
 * steps, between which other threads' changes are lost: use {@link add}, or a lock around it. None of this blocks.
 *
 * Types: `i8` to `i64` and `u8` to `u64` are integers of so many bits, `f32` and `f64` floats, `bool` true or false, `char` a
 * one-byte character (U+0000 to U+00FF). Python's letters are accepted too, in the sizes of its `struct` module. 64-bit integers are
 * bigints. What is written must fit the type, or it throws; the result of `add` wraps around instead, as `Atomics.add` does. An
 * `f32` rounds.
 *
 * @example
 * const total = new Value("f64", 1.5);
 * total.add(0.25); // from any number of threads
 * console.log(total.value); // 1.75
 *
 * const distance = new Value("i64", 2n ** 33n); // a bigint
 * const found = new Value("bool"); // false
 *
 * @see CPython `multiprocessing.sharedctypes.RawValue`. There an integer that is too large wraps around silently when written. The
 * one with a lock is `Value` of `@conc/process`.
 */
export class Value<T extends ValueType = ValueType> extends ArenaObject {
  readonly #cells: Cells<T>;

  /**
   * @param type One of the types above.
   * @param init The first value; left out it is zero, false or the character U+0000.
   * @throws {TypeError} If there is no such type, or if `init` is of another kind.
   * @throws {RangeError} If `init` does not fit the type.
   */
  constructor(type: T, init?: ValueOf<T>);
  constructor(typeOrPlace: T | Place, initOrType?: ValueOf<T> | T) {
    const place = typeOrPlace instanceof Place ? typeOrPlace : undefined;
    const type = elementType(place ? initOrType : typeOrPlace);
    const init = place ? undefined : (initOrType as ValueOf<T> | undefined);
    if (init !== undefined) type.check("init", init);
    super(type.View.BYTES_PER_ELEMENT, place);
    this.#cells = new Cells(type, this.words.buffer, this.base * 4, 1);
    if (init !== undefined) this.#cells.store(0, init);
  }

  get [Symbol.toStringTag](): string {
    return "Value";
  }

  /** The type's name, also if it was given by Python's letter. */
  get type(): ValueTypeName {
    return this.#cells.type.name;
  }

  /**
   * The value; each read and each write is one atomic step.
   *
   * @throws {TypeError} If what is written is of another kind, such as a number for a bigint.
   * @throws {RangeError} If it does not fit the type, such as a fraction for an integer; the value stays as it was.
   */
  get value(): ValueOf<T> {
    return this.#cells.load(0);
  }

  set value(value: ValueOf<T>) {
    this.#cells.store(0, value);
  }

  /**
   * Adds in one atomic step. Integers wrap around, so `delta` may be any integer; to subtract, add a negative one.
   *
   * @returns The value before.
   * @throws {TypeError} If `delta` is of another kind than the value, or if the value is a boolean or a character.
   * @throws {RangeError} If `delta` is a fraction and the value an integer.
   */
  add(delta: DeltaOf<T>): ValueOf<T> {
    return this.#cells.add(0, delta);
  }

  /**
   * Writes in one atomic step with reading.
   *
   * @returns The value before.
   * @throws {TypeError | RangeError} As writing {@link value} does.
   */
  exchange(value: ValueOf<T>): ValueOf<T> {
    return this.#cells.exchange(0, value);
  }

  /**
   * Writes `replacement` if the value equals `expected`, in one atomic step. NaN equals NaN here, and 0 equals -0.
   *
   * @returns The value before, so that it equals `expected` exactly if the replacement was written.
   * @throws {TypeError | RangeError} If one of them could not be written to {@link value}.
   */
  compareExchange(expected: ValueOf<T>, replacement: ValueOf<T>): ValueOf<T> {
    return this.#cells.compareExchange(0, expected, replacement);
  }

  override get handleFields(): Record<string, unknown> {
    return { of: this.type };
  }

  protected override describe(): string {
    const { type, value } = this;
    return `${type} ${type === "char" ? JSON.stringify(value) : value}`;
  }
}

registerType("Value", {
  module: import.meta.url,
  make: (place, { of }) => Reflect.construct(Value, [place, of]),
});
