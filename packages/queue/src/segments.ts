// The segments of a `Ring`, as those who put see them: all of this needs the lock of the puts, but for `retire`.

import { type OpenArena, UNIT_WORDS } from "@conc/atomics";
import { allocate } from "./crate.ts";
import { HEAD, SPARE } from "./layout.ts";
import { LINK, RECORD_HEAD, SEGMENT_HEAD, SEGMENT_NEXT, SEGMENT_WORDS } from "./records.ts";

/** Words of the first segment and of the largest: each is twice as large as the one before, while those who get lag behind. */
const FIRST_WORDS = 128;
const MOST_WORDS = 16384;

/** Finds room for records. */
export abstract class Segments {
  /** The segment in which the next record goes; 0 if there is none yet. */
  protected current = 0;
  protected readonly arena: OpenArena;
  /** Those of the queue. */
  protected readonly words: Int32Array;
  protected readonly base: number;

  constructor(arena: OpenArena, base: number) {
    this.arena = arena;
    this.words = arena.heap.reach(base);
    this.base = base;
  }

  /** Where a record in the current segment has to end at the latest. */
  protected get limit(): number {
    return this.current + this.#sizeOf(this.current) - RECORD_HEAD;
  }

  /** Where a record of this size can be: there, or at the beginning of the next segment, which is the current one then. */
  protected room(at: number, size: number): number {
    const segment = this.current;
    // There is always room for a LINK left.
    if (segment !== 0 && at + size + RECORD_HEAD <= segment + this.#sizeOf(segment)) return at;
    const least = SEGMENT_HEAD + size + RECORD_HEAD;
    if (segment === 0) {
      // The first put of all: nobody reads there before it is done.
      const first = this.base + HEAD;
      this.current = this.#follow(this.words, first + 1, least, 0);
      this.words[first] = this.current + SEGMENT_HEAD;
    } else {
      const words = this.arena.heap.reach(at);
      this.current = this.#follow(words, segment + SEGMENT_NEXT, least, this.#sizeOf(segment));
      words[at] = LINK;
    }
    return this.current + SEGMENT_HEAD;
  }

  /** A segment was drained: one is kept for the next put that needs one. Needs no lock. */
  retire(segment: number): void {
    if (Atomics.compareExchange(this.words, this.base + SPARE, 0, segment) !== 0) this.#free(segment);
  }

  /** The segment that a word names, where nobody is yet: that which an earlier put has left there, if it is large enough. */
  #follow(words: Int32Array, name: number, least: number, before: number): number {
    const left = words[name] as number;
    if (left !== 0 && this.#sizeOf(left) >= least) return left;
    const segment = this.#make(least, before);
    Atomics.store(words, name, segment);
    if (left !== 0) this.#free(left);
    return segment;
  }

  /** A segment of at least so many words: the one that was drained, or a new one. */
  #make(least: number, before: number): number {
    const { heap, agent } = this.arena;
    const spare = Atomics.exchange(this.words, this.base + SPARE, 0);
    if (spare !== 0) {
      heap.reach(spare)[spare + SEGMENT_NEXT] = 0;
      if (this.#sizeOf(spare) >= least) return spare;
      this.#free(spare);
    }
    let size = Math.min(MOST_WORDS, Math.max(FIRST_WORDS, before * 2));
    while (size < least) size *= 2;
    const segment = allocate(this.arena, () => heap.allocate(size * 4, agent.id, undefined, UNIT_WORDS));
    heap.reach(segment)[segment + SEGMENT_WORDS] = size;
    return segment;
  }

  #sizeOf(segment: number): number {
    return this.arena.heap.reach(segment)[segment + SEGMENT_WORDS] as number;
  }

  #free(place: number): void {
    this.arena.heap.free(place, this.arena.agent.id);
  }
}
