/** How many objects are found fast by looking at each. */
const FEW = 12;

/** The objects that were met in a message, numbered in their order. */
export class Met {
  readonly #few: (object | undefined)[] = new Array(FEW).fill(undefined);
  /** All of them, once they are more than a few. */
  readonly #many = new Set<object>();
  /** Their numbers, once one was met again: in most messages none is. */
  readonly #numbers = new Map<object, number>();
  #size = 0;

  /** The number of an object that was met before; -1 for a new one, which is numbered now. */
  meet(object: object): number {
    const size = this.#size;
    if (size >= FEW) return this.#meetAmongMany(object);
    const few = this.#few;
    for (let i = 0; i < size; i++) if (few[i] === object) return i;
    few[size] = object;
    this.#size = size + 1;
    return -1;
  }

  /** Begins anew. */
  forget(): void {
    const few = Math.min(this.#size, FEW);
    for (let i = 0; i < few; i++) this.#few[i] = undefined;
    if (this.#many.size > 0) this.#many.clear();
    if (this.#numbers.size > 0) this.#numbers.clear();
    this.#size = 0;
  }

  #meetAmongMany(object: object): number {
    const many = this.#many;
    if (many.size === 0) for (const each of this.#few) many.add(each as object);
    many.add(object);
    // One look into the table instead of two.
    if (many.size > this.#size) {
      if (this.#numbers.size > 0) this.#numbers.set(object, this.#size);
      this.#size++;
      return -1;
    }
    const numbers = this.#numbers;
    if (numbers.size === 0) for (const each of many) numbers.set(each, numbers.size);
    return numbers.get(object) as number;
  }
}
