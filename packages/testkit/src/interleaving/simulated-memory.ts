// The memory of an exploration: words that can be put back to what they were, and that know at any moment a number which tells one
// content from another.

/** Words that remember how they were changed. */
export class SimulatedMemory {
  readonly words: Int32Array;
  /** Two numbers that are the same whenever the content is the same. */
  hash1 = 0;
  hash2 = 0;
  // Which words were changed, oldest first, and what they held before.
  readonly #indexes: number[] = [];
  readonly #values: number[] = [];

  /** @param initial What the words hold at first; one more word is added, for the clock. */
  constructor(initial: Int32Array) {
    this.words = new Int32Array(initial.length + 1);
    this.words.set(initial);
  }

  /** The time, in milliseconds. */
  get clock(): number {
    return this.words.at(-1) as number;
  }

  set clock(now: number) {
    this.write(this.words.length - 1, now);
  }

  /** Changes a word. */
  write(index: number, value: number): void {
    this.#indexes.push(index);
    this.#values.push(this.words[index] as number);
    this.#put(index, value | 0);
  }

  /** The present moment, for {@link undo}. */
  get mark(): number {
    return this.#indexes.length;
  }

  /** Puts all words back to what they held at an earlier moment. */
  undo(mark: number): void {
    while (this.#indexes.length > mark) this.#put(this.#indexes.pop() as number, this.#values.pop() as number);
  }

  #put(index: number, value: number): void {
    const before = this.words[index] as number;
    this.hash1 ^= mix(index, before, SEED1) ^ mix(index, value, SEED1);
    this.hash2 ^= mix(index, before, SEED2) ^ mix(index, value, SEED2);
    this.words[index] = value;
  }
}

export const SEED1 = 0x2545f491;
export const SEED2 = 0x6a09e667;

/** A number that depends on two others in no simple way. */
export function mix(left: number, right: number, seed: number): number {
  let hash = Math.imul(left ^ seed, 0x9e3779b1);
  hash ^= hash >>> 16;
  hash = Math.imul((hash + right) | 0, 0x85ebca6b);
  hash ^= hash >>> 15;
  hash = Math.imul(hash ^ seed, 0xc2b2ae35);
  return hash ^ (hash >>> 13);
}
