// Gives out blocks of the arena. A block is 32 bytes times a power of two, its *order*. One that is given back goes to the list of
// its order and from there to whoever next asks for that size; the rest comes off the end of the memory, which doubles when it is
// used up; once it can not grow any more, larger blocks are cut. A tag for each 32 bytes tells at the start of a block its order and who
// has it. Small blocks of few sizes are nearly all there is, and for those no other scheme is better; `coalesce` joins free neighbours
// where large ones come and go.
//
// One lock guards it all. A thread killed inside loses at most the block it was about to get or give.

import { ArenaFullError } from "./errors.ts";
import { HEADER_END, HEADER_FREE, HEADER_HEAP_LOCK, HEADER_USED, OBJECT_SERIAL } from "./layout.ts";
import type { Memory } from "./memory.ts";
import { lockSpin, unlockSpin } from "./spin-lock.ts";

/** The smallest block: 2^5 bytes, which is 8 words. */
export const UNIT_SHIFT = 5;
export const UNIT_WORDS = 8;

// A tag: the order, and one of these; neither of a free block.
export const ORDER = 31;
export const TAKEN = 32;
/** Taken by a shared object. */
export const OBJECT = 64 as const;
/** Taken by the node of an async wait. */
export const NODE = 128 as const;
/** Taken by a shared object to which more belongs than its block; see `disposal.ts`. */
export const OWNING = 96 as const;

/** The allocator of an arena. Places are in words. */
export class Heap {
  /** A fixed-length view over all bytes there were when it was made: such views are fast, length-tracking ones are not. */
  words: Int32Array;
  readonly tags: Uint8Array;
  readonly #memory: Memory;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.tags = new Uint8Array(memory.buffer, 0, memory.maxByteLength >>> UNIT_SHIFT);
    this.words = this.renew();
  }

  /**
   * How long a new arena's buffer is at first: the tags for all that it may grow to, and as much again to give out. Untouched memory
   * takes no room. The header lies among the tags, where those for the tags themselves would be.
   */
  static initialBytes(maxByteLength: number): number {
    return maxByteLength >>> (UNIT_SHIFT - 1);
  }

  /** Prepares a new arena's memory; no other agent knows it yet. */
  format(): void {
    this.words[HEADER_END] = this.words.length >>> 1;
  }

  /** Bytes in use, the sizes rounded up as they are given out. */
  get used(): number {
    return Atomics.load(this.words, HEADER_USED);
  }

  /** The words, with `place` surely among them: another agent may have made the memory grow. */
  reach(place: number): Int32Array {
    return place < this.words.length ? this.words : this.renew();
  }

  /** Makes the view anew, as long as the memory is now. */
  renew(): Int32Array {
    const { buffer } = this.#memory;
    this.words = new Int32Array(buffer, 0, buffer.byteLength >>> 2);
    return this.words;
  }

  /**
   * Takes a block for `agent`, aligned to 32 bytes and all zero.
   *
   * @param tag What the block is marked as.
   * @param cleared How many words must be zero, at the beginning, where the rest need not be: at least a unit.
   * @throws {ArenaFullError} If there is no room.
   */
  allocate(bytes: number, agent: number, tag: number = TAKEN, cleared: number = Number.POSITIVE_INFINITY): number {
    let order = 0;
    while ((UNIT_WORDS * 4) << order < bytes && order < ORDER - UNIT_SHIFT) order++;
    const size = UNIT_WORDS * 2 ** order;
    lockSpin(this.words, HEADER_HEAP_LOCK, agent);
    try {
      let place = this.words[HEADER_FREE + order] as number;
      if (place !== 0) this.#unlist(place, order);
      else place = this.#append(size) || this.#split(order);
      if (place === 0) throw this.#full(bytes);
      this.words.fill(0, place, place + Math.min(size, cleared));
      // Last: those who look for blocks with a mark, without the lock, see none with old words.
      this.tags[place / UNIT_WORDS] = tag | order;
      (this.words[HEADER_USED] as number) += size * 4;
      return place;
    } finally {
      unlockSpin(this.words, HEADER_HEAP_LOCK);
    }
  }

  /** Gives a block back. */
  free(place: number, agent: number): void {
    lockSpin(this.words, HEADER_HEAP_LOCK, agent);
    const order = (this.tags[place / UNIT_WORDS] as number) & ORDER;
    this.give(place, order);
    (this.words[HEADER_USED] as number) -= (UNIT_WORDS * 4) << order;
    unlockSpin(this.words, HEADER_HEAP_LOCK);
  }

  /** Puts a block into the list of its order. Needs the heap's lock. */
  give(place: number, order: number): void {
    const words = this.reach(place);
    this.tags[place / UNIT_WORDS] = order;
    // A handle of what lay here is told by that: no serial number is 0.
    words[place + OBJECT_SERIAL] = 0;
    words[place] = words[HEADER_FREE + order] as number;
    words[HEADER_FREE + order] = place;
  }

  /** Takes the first block of a list out of it. */
  #unlist(place: number, order: number): void {
    this.words[HEADER_FREE + order] = this.reach(place)[place] as number;
  }

  /** A block from the end of the memory; 0 if that can not grow so far. */
  #append(size: number): number {
    let place = this.words[HEADER_END] as number;
    let { length } = this.renew();
    if (place + size > length) {
      const end = length;
      while (length < end + size) length *= 2;
      if (length * 4 > this.#memory.maxByteLength) return 0;
      this.#memory.grow(length * 4);
      this.renew();
      // No block reaches across the end of what the memory was: an agent whose view ends there sees all of a block or nothing.
      for (; place < end; place += UNIT_WORDS) this.give(place, 0);
    }
    this.words[HEADER_END] = place + size;
    return place;
  }

  /** A block cut off a larger one; 0 if there is none. The rest of that becomes free blocks, each half as large as the one before. */
  #split(order: number): number {
    let larger = order + 1;
    while (larger <= ORDER && this.words[HEADER_FREE + larger] === 0) larger++;
    if (larger > ORDER) return 0;
    const place = this.words[HEADER_FREE + larger] as number;
    this.#unlist(place, larger);
    const halves = Array.from({ length: larger - order }, (_, index) => larger - 1 - index);
    const startOf = (half: number): number => place + UNIT_WORDS * 2 ** half;
    // In this order: one who dies in between leaves either the large block or its parts, whole, if in no list; `coalesce` finds them.
    for (const half of halves) this.tags[startOf(half) / UNIT_WORDS] = half;
    this.tags[place / UNIT_WORDS] = order;
    for (const half of halves) this.give(startOf(half), half);
    return place;
  }

  #full(bytes: number): ArenaFullError {
    const { length } = this.words;
    return new ArenaFullError(`no room in the arena for ${bytes} bytes: ${this.used} of ${length * 4} are in use`);
  }
}
