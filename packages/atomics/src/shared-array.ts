import { ArenaObject } from "./arena-object.ts";
import { registerType } from "./handle.ts";
import { Place } from "./place.ts";
import { Cells } from "./value.ts";
import {
  type AnyArray,
  checkInteger,
  checkLatin1,
  checkOperand,
  type DeltaOf,
  elementOf,
  elementsOf,
  elementType,
  type TextOf,
  type ValueOf,
  type ValueType,
  type ValueTypeName,
  type ViewOf,
} from "./value-type.ts";

/** How many elements `toString` shows. */
const SHOWN = 8;

/** The array whose memory a view shows: it is not freed as long as there is the view. */
const owners = new WeakMap<object, SharedArray>();

/**
 * Holds a fixed number of values of one type that all threads see.
 *
 * `at`, `set` and `add` are one atomic step each: among them nobody ever sees half a number. What is longer, such as `fill`, `slice` or
 * an iteration, may meet other threads halfway. For speed, `view` is a plain typed array over the same memory: it checks no index,
 * wraps integers silently, and promises nothing about when others see a change (`Atomics` does, over the view of an integer type).
 * None of this blocks. The types are those of `Value`.
 *
 * @example
 * const sums = new SharedArray("f64", [1, 2, 3]);
 * sums.set(-1, 30);
 * sums.add(0, 0.5); // from any number of threads
 * console.log([...sums], sums.view[1]); // [ 1.5, 2, 30 ] 2
 *
 * const word = new SharedArray("char", 8);
 * word.text = "salut";
 * console.log(word.text, word.length); // salut 8
 *
 * @see CPython `multiprocessing.sharedctypes.RawArray`: its slices are `slice` and `setAll`, its `value` of characters is `text`. The
 * one with a lock is `SharedArray` of `@conc/process`.
 */
export class SharedArray<T extends ValueType = ValueType> extends ArenaObject {
  readonly #cells: Cells<T>;
  readonly #elements: AnyArray;

  /**
   * @param type A type, as `Value` has them.
   * @param sizeOrItems How many elements, all zero, or the elements themselves; for `char` also a string.
   * @throws {TypeError} If there is no such type, or if the second argument or an item is of another kind.
   * @throws {RangeError} If the size is negative or no integer, or if an item does not fit the type.
   * @throws {ArenaFullError} If there is no room for it.
   */
  constructor(type: T, sizeOrItems: number | Iterable<ValueOf<T>>);
  constructor(typeOrPlace: T | Place, sizeOrItems: number | Iterable<ValueOf<T>>, typeOfPlace?: unknown) {
    const place = typeOrPlace instanceof Place ? typeOrPlace : undefined;
    const type = elementType(place ? typeOfPlace : typeOrPlace);
    const items = typeof sizeOrItems === "number" ? undefined : elementsOf(type, "sizeOrItems", sizeOrItems);
    const size = items ? items.length : (sizeOrItems as number);
    checkInteger("size", size, 0, Number.MAX_SAFE_INTEGER);
    super(size * type.View.BYTES_PER_ELEMENT, place);
    const { buffer } = this.words;
    this.#cells = new Cells(type, buffer, this.base * 4, size);
    this.#elements = new type.View(buffer, this.base * 4, size);
    owners.set(this.#elements, this as unknown as SharedArray);
    if (items) this.#elements.set(items);
  }

  get [Symbol.toStringTag](): string {
    return "SharedArray";
  }

  /** The type's name, also if it was given by Python's letter. */
  get type(): ValueTypeName {
    return this.#cells.type.name;
  }

  get length(): number {
    return this.#elements.length;
  }

  /** The same memory as a typed array; it keeps the memory, a `subarray` of it does not. Booleans are 0 or 1, characters codes. */
  get view(): ViewOf<T> {
    return this.#elements as unknown as ViewOf<T>;
  }

  /** All bytes, in the same memory: of an array of `char` also those behind its {@link text}. */
  get raw(): Uint8Array {
    const bytes = new Uint8Array(this.words.buffer, this.base * 4, this.#elements.byteLength);
    owners.set(bytes, this as unknown as SharedArray);
    return bytes;
  }

  /**
   * Reads an element in one atomic step.
   *
   * @param index From 0 on, or negative from the end: -1 is the last one.
   * @throws {RangeError} If there is no such element.
   */
  at(index: number): ValueOf<T> {
    return this.#cells.load(this.#index(index));
  }

  /**
   * Writes an element in one atomic step.
   *
   * @param index As for {@link at}.
   * @throws {TypeError | RangeError} As writing `Value.value`, and if there is no such element.
   */
  set(index: number, value: ValueOf<T>): void {
    this.#cells.store(this.#index(index), value);
  }

  /**
   * Adds to an element in one atomic step, as `Value.add` does; returns what it was before.
   *
   * @throws {TypeError | RangeError} As `Value.add`, and if there is no such element.
   */
  add(index: number, delta: DeltaOf<T>): ValueOf<T> {
    return this.#cells.add(this.#index(index), delta);
  }

  /**
   * Writes several elements in place, from `offset` on. What can not be written throws, and nothing is written then.
   *
   * @param offset Where the first item goes: from 0 to the length.
   * @throws {TypeError} If an item is of another kind.
   * @throws {RangeError} If they do not fit into the array, or one of them not the type.
   */
  setAll(items: Iterable<ValueOf<T>>, offset = 0): void {
    checkInteger("offset", offset, 0, this.length);
    const elements = elementsOf(this.#cells.type, "items", items);
    const room = this.length - offset;
    if (elements.length > room) throw new RangeError(`there is room for ${room} items, got ${elements.length}`);
    this.#elements.set(elements, offset);
  }

  /**
   * Writes one value to all elements, or to those from `start` up to `end`, as `Array.prototype.fill`.
   *
   * @throws {TypeError | RangeError} If {@link set} could not write it.
   */
  fill(value: ValueOf<T>, start?: number, end?: number): this {
    this.#elements.fill(elementOf(this.#cells.type, "value", value), start, end);
    return this;
  }

  /** Copies all elements, or those from `start` up to `end`, which count as in `Array.prototype.slice`. */
  slice(start?: number, end?: number): ValueOf<T>[] {
    const { adding, fromBits } = this.#cells.type;
    return Array.from(this.#elements.slice(start, end), (bits) => (adding ? bits : fromBits(bits)) as ValueOf<T>);
  }

  /** The elements, each read when it is reached. */
  *[Symbol.iterator](): Generator<ValueOf<T>, void, undefined> {
    for (let index = 0; index < this.length; index++) yield this.#cells.load(index);
  }

  /**
   * For arrays of `char`: the characters up to the first U+0000, or all. A shorter text that is written ends with U+0000; what lies
   * behind it stays.
   *
   * @throws {TypeError} If the array is of another type, or if what is written is not a string.
   * @throws {RangeError} If it is longer than the array, or if a character is above U+00FF; nothing is written then.
   */
  get text(): TextOf<T> {
    const characters = Array.from(this.#characters().slice(), (code) => String.fromCharCode(code));
    return (characters.join("").split("\0", 1)[0] ?? "") as TextOf<T>;
  }

  set text(text: TextOf<T>) {
    const characters = this.#characters();
    checkLatin1("text", text);
    const { length } = this;
    if (text.length > length) throw new RangeError(`there is room for ${length} characters, got ${text.length}`);
    for (let index = 0; index < text.length; index++) characters[index] = text.charCodeAt(index);
    if (text.length < length) characters[text.length] = 0;
  }

  #index(index: number): number {
    const { length } = this.#elements;
    checkOperand("index", index, "number");
    if (index < -length || index >= length) throw new RangeError(`index ${index} is beyond the ${length} elements`);
    return index < 0 ? index + length : index;
  }

  override get handleFields(): Record<string, unknown> {
    return { of: this.type, length: this.length };
  }

  protected describe(): string {
    const shown = this.slice(0, SHOWN).map((value) => (this.type === "char" ? JSON.stringify(value) : `${value}`));
    if (this.length > SHOWN) shown.push("…");
    return `${this.type}[${this.length}] ${shown.join(", ")}`.trimEnd();
  }

  #characters(): AnyArray {
    if (this.type !== "char") throw new TypeError(`only an array of char has a text, this one is of ${this.type}`);
    return this.#elements;
  }
}

registerType("SharedArray", {
  module: import.meta.url,
  make: (place, { of, length }) => Reflect.construct(SharedArray, [place, length, of]),
});
