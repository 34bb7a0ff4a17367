// Gives out blocks of the arena. Blocks of up to MAX_SMALL bytes come from slabs (pages cut into equal blocks), larger ones are
// runs of whole pages. A slab without blocks and a run go back to the map of pages, where neighbours are one again by
// themselves: a page is free when its entry is FREE_PAGE, and a run is found by looking for enough of those in a row.
//
// One lock guards it all. A thread killed inside loses at most the block it was about to get or give.

import { ArenaFullError } from "./errors.ts";
import { HEADER_HEAP_LOCK, HEADER_PAGES, HEADER_SLABS, HEADER_USED, HEADER_WORDS, PAGE_WORDS } from "./layout.ts";
import type { Memory } from "./memory.ts";
import { lockSpin, unlockSpin } from "./spin-lock.ts";

const PAGE_BYTES = PAGE_WORDS * 4;

/** Blocks of 32, 64, … 4096 bytes. */
const MIN_SHIFT = 5;
const CLASSES = 8;
const MAX_SMALL = 1 << (MIN_SHIFT + CLASSES - 1);

// Entries of the map of pages; a positive entry is the length of the run that begins there.
const FREE_PAGE = 0;
const SLAB_PAGE = -1;
const INNER_PAGE = -2;

// A slab's first words.
const SLAB_CLASS = 0;
/** First block that was given back; each free block names the next. */
const SLAB_FREE = 1;
const SLAB_USED = 2;
/** Where the blocks that were never given out begin. */
const SLAB_FRESH = 3;
const SLAB_NEXT = 4;
const SLAB_PREVIOUS = 5;
const SLAB_WORDS = 16;

/** The allocator of an arena. Places are in words. */
export class Heap {
  /** A fixed-length view over all bytes there were when it was made: such views are fast, length-tracking ones are not. */
  words: Int32Array;

  readonly #memory: Memory;
  readonly #firstPage: number;
  readonly #maxPages: number;

  constructor(memory: Memory) {
    this.#memory = memory;
    const mapWords = Math.floor(memory.maxByteLength / PAGE_BYTES);
    this.#firstPage = Math.ceil((HEADER_WORDS + mapWords) / PAGE_WORDS);
    this.#maxPages = mapWords;
    this.words = new Int32Array(memory.buffer, 0, memory.buffer.byteLength >>> 2);
  }

  /** How long a buffer must be at the start: the header, the map of pages, and some pages to begin with. */
  static initialBytes(maxByteLength: number): number {
    const mapBytes = Math.floor(maxByteLength / PAGE_BYTES) * 4 + HEADER_WORDS * 4;
    return Math.min(maxByteLength, (Math.ceil(mapBytes / PAGE_BYTES) + 16) * PAGE_BYTES);
  }

  /** Prepares a new arena's memory; no other agent knows it yet. */
  format(): void {
    this.words[HEADER_PAGES] = this.#firstPage;
  }

  /** Bytes in use, the sizes rounded up as they are given out. */
  get used(): number {
    return Atomics.load(this.words, HEADER_USED);
  }

  /** The words, with `place` surely among them: another agent may have made the memory grow. */
  reach(place: number): Int32Array {
    return place < this.words.length ? this.words : this.#renew();
  }

  /**
   * Takes a block for `agent`, all zero, aligned to 32 bytes.
   *
   * @throws {ArenaFullError} If there is no room.
   */
  allocate(bytes: number, agent: number): number {
    const sizeClass = bytes <= MAX_SMALL ? classOf(bytes) : CLASSES;
    lockSpin(this.words, HEADER_HEAP_LOCK, agent);
    try {
      // Only now is the number of pages in use settled, and with it whether this view is long enough.
      if ((this.words[HEADER_PAGES] as number) * PAGE_WORDS > this.words.length) this.#renew();
      const place = sizeClass < CLASSES ? this.#takeBlock(sizeClass) : this.#takePages(Math.ceil(bytes / PAGE_BYTES));
      const size = sizeClass < CLASSES ? 1 << (MIN_SHIFT + sizeClass) : Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
      (this.words[HEADER_USED] as number) += size;
      this.words.fill(0, place, place + (size >>> 2));
      return place;
    } finally {
      unlockSpin(this.words, HEADER_HEAP_LOCK);
    }
  }

  /** Gives a block back. */
  free(place: number, agent: number): void {
    const words = this.reach(place);
    lockSpin(words, HEADER_HEAP_LOCK, agent);
    try {
      const page = Math.floor(place / PAGE_WORDS);
      const entry = words[HEADER_WORDS + page] as number;
      if (entry === SLAB_PAGE) this.#giveBlock(place);
      else if (entry > 0) {
        words.fill(FREE_PAGE, HEADER_WORDS + page, HEADER_WORDS + page + entry);
        (words[HEADER_USED] as number) -= entry * PAGE_BYTES;
      }
    } finally {
      unlockSpin(words, HEADER_HEAP_LOCK);
    }
  }

  #renew(): Int32Array {
    const { buffer } = this.#memory;
    this.words = new Int32Array(buffer, 0, buffer.byteLength >>> 2);
    return this.words;
  }

  #takeBlock(sizeClass: number): number {
    const list = HEADER_SLABS + sizeClass;
    const slab = (this.words[list] as number) || this.#newSlab(sizeClass);
    const { words } = this;
    let block = words[slab + SLAB_FREE] as number;
    if (block !== 0) {
      words[slab + SLAB_FREE] = words[block] as number;
    } else {
      block = words[slab + SLAB_FRESH] as number;
      words[slab + SLAB_FRESH] = block + blockWords(sizeClass);
    }
    (words[slab + SLAB_USED] as number)++;
    if (words[slab + SLAB_FREE] === 0 && !hasFresh(words, slab, sizeClass)) unlinkSlab(words, list, slab);
    return block;
  }

  #giveBlock(block: number): void {
    const { words } = this;
    const slab = block - (block % PAGE_WORDS);
    const sizeClass = words[slab + SLAB_CLASS] as number;
    const list = HEADER_SLABS + sizeClass;
    const wasFull = words[slab + SLAB_FREE] === 0 && !hasFresh(words, slab, sizeClass);
    words[block] = words[slab + SLAB_FREE] as number;
    words[slab + SLAB_FREE] = block;
    (words[slab + SLAB_USED] as number)--;
    (words[HEADER_USED] as number) -= 1 << (MIN_SHIFT + sizeClass);
    if (wasFull) linkSlab(words, list, slab);
    // The last slab with room stays, or a loop that makes and drops one lock would cut up a page each time.
    if (words[slab + SLAB_USED] === 0 && (words[list] !== slab || words[slab + SLAB_NEXT] !== 0)) {
      unlinkSlab(words, list, slab);
      words[HEADER_WORDS + slab / PAGE_WORDS] = FREE_PAGE;
    }
  }

  #newSlab(sizeClass: number): number {
    const slab = this.#takePages(1);
    const { words } = this;
    words.fill(0, slab, slab + SLAB_WORDS);
    words[slab + SLAB_CLASS] = sizeClass;
    // Blocks are aligned to their size up to 64 bytes, so that none of a lock's words share a cache line with a neighbour's end.
    words[slab + SLAB_FRESH] = slab + SLAB_WORDS;
    words[HEADER_WORDS + slab / PAGE_WORDS] = SLAB_PAGE;
    linkSlab(words, HEADER_SLABS + sizeClass, slab);
    return slab;
  }

  /** First fit among the pages given back, else new pages at the end. */
  #takePages(count: number): number {
    const used = this.words[HEADER_PAGES] as number;
    let start = this.#firstPage;
    for (let page = start; page < used && page - start < count; ) {
      const entry = this.words[HEADER_WORDS + page] as number;
      page += Math.max(entry, 1);
      if (entry !== FREE_PAGE) start = page;
    }
    // A free run at the very end may reach beyond it.
    const end = start + count;
    if (end > used) this.#extend(end, count);
    this.words[HEADER_WORDS + start] = count;
    this.words.fill(INNER_PAGE, HEADER_WORDS + start + 1, HEADER_WORDS + end);
    return start * PAGE_WORDS;
  }

  #extend(pages: number, asked: number): void {
    if (pages > this.#maxPages) {
      throw new ArenaFullError(
        `the arena is full: ${asked * PAGE_BYTES} bytes were asked for, ${this.used} of ${this.#memory.maxByteLength} are in use`,
      );
    }
    const bytes = pages * PAGE_BYTES;
    if (bytes > this.#memory.buffer.byteLength) {
      const doubled = Math.min(this.#memory.maxByteLength, this.#memory.buffer.byteLength * 2);
      this.#memory.grow(Math.max(bytes, doubled));
    }
    this.words[HEADER_PAGES] = pages;
    this.#renew();
  }
}

function classOf(bytes: number): number {
  return bytes <= 1 << MIN_SHIFT ? 0 : 32 - Math.clz32(bytes - 1) - MIN_SHIFT;
}

function blockWords(sizeClass: number): number {
  return 1 << (MIN_SHIFT + sizeClass - 2);
}

function hasFresh(words: Int32Array, slab: number, sizeClass: number): boolean {
  return (words[slab + SLAB_FRESH] as number) + blockWords(sizeClass) <= slab + PAGE_WORDS;
}

function linkSlab(words: Int32Array, list: number, slab: number): void {
  const next = words[list] as number;
  words[slab + SLAB_NEXT] = next;
  words[slab + SLAB_PREVIOUS] = 0;
  if (next !== 0) words[next + SLAB_PREVIOUS] = slab;
  words[list] = slab;
}

function unlinkSlab(words: Int32Array, list: number, slab: number): void {
  const next = words[slab + SLAB_NEXT] as number;
  const previous = words[slab + SLAB_PREVIOUS] as number;
  if (previous !== 0) words[previous + SLAB_NEXT] = next;
  else words[list] = next;
  if (next !== 0) words[next + SLAB_PREVIOUS] = previous;
}
