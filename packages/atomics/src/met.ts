/** How many objects are found fast by looking at each. */
const FEW = 12;

/** The objects that were met in a message, numbered in their order. */
export class Met {
  readonly #few: (object | undefined)[] = new Array(FEW).fill(undefined);
  readonly #many = new Map<object, number>();
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

  forget(): void {
    const few = Math.min(this.#size, FEW);
    for (let i = 0; i < few; i++) this.#few[i] = undefined;
    if (this.#many.size > 0) this.#many.clear();
    this.#size = 0;
  }

  #meetAmongMany(object: object): number {
    const many = this.#many;
    if (this.#size === FEW) for (const [i, each] of this.#few.entries()) many.set(each as object, i);
    const number = many.get(object);
    if (number !== undefined) return number;
    many.set(object, this.#size++);
    return -1;
  }
}
