// The items of a `Queue`, in the order in which they were put: records one behind the other in segments of memory, each of which names
// the next. Who puts and who gets have a lock each, and do not meet as long as the queue is neither empty nor full.
//
// What a dead thread leaves. A put writes its record behind the last one, where nobody looks yet, and then the place behind that
// into the one of two slots that does not count; PUTS + 1 commits all at once, for its lowest bit tells which slot counts. A get does the
// same with GETS. So at any instruction the item is in or out, and whoever takes over a lock finds both ends whole and has nothing to
// repair. Only blocks could be lost:
//   a segment    is named as the next one before anything is written to it, and if it was not used the next put uses it;
//   a crate      on its way in is named in INCOMING with the PUTS before: if PUTS is still that, it is freed;
//   a block      on its way out is named in OUTGOING with the GETS before: if GETS is no longer that, it is freed.
// Both names are taken off before the block is freed: one who dies right there loses a block, but none is freed twice.
//
// STATE changes under the lock of the puts (and both, for EMPTIED), so who reads it under that lock may rely on it. Who gets reads
// it before PUTS: if it is SHUT, PUTS does not grow any more.

import { lockSpin, type OpenArena, unlockSpin } from "@conc/atomics";
import { CRATE_BYTES, CRATE_HEAD, Crate } from "./crate.ts";
import {
  DONE,
  EMPTIED,
  GET_LOCK,
  GETS,
  HEAD,
  INCOMING,
  MAX_SIZE,
  NOT_YET,
  OPEN,
  OUTGOING,
  type Outcome,
  OVER,
  PUT_LOCK,
  PUTS,
  SEEN,
  SHUT,
  STATE,
} from "./layout.ts";
import {
  dropAll,
  INLINE,
  INT,
  KIND_BITS,
  KIND_MASK,
  LINK,
  RECORD_HEAD,
  SEGMENT_HEAD,
  SEGMENT_NEXT,
} from "./records.ts";
import { registerStore, Store } from "./store.ts";
import { Tail } from "./tail.ts";

/** How what is in a ring is let go. */
export const RING = 1;

/** Strings of up to this many bytes are written straight into a segment. */
const MOST_STRAIGHT = 16384;

/** The store of a `Queue`. */
export class Ring extends Store {
  readonly #tail: Tail;
  readonly #maxSize: number;

  constructor(arena: OpenArena, base: number, taking: () => void) {
    super(arena, base, taking);
    this.#tail = new Tail(arena, base, this.codec, this.crates);
    this.#maxSize = this.words[base + MAX_SIZE] as number;
  }

  wrap(item: unknown): unknown {
    // Whatever has no code of its own can be written under the lock.
    if (typeof item === "number" || (typeof item === "string" && item.length < MOST_STRAIGHT)) return item;
    if (item === undefined || typeof item === "boolean") return item;
    return this.crates.pack(item);
  }

  discard(wrapped: unknown): void {
    if (wrapped instanceof Crate) this.crates.reuse(wrapped, true);
  }

  mend(): void {
    // The counts are what commits.
  }

  put(wrapped: unknown): Outcome {
    const words = this.words;
    const base = this.base;
    if (lockSpin(words, base + PUT_LOCK, this.arena.agent.id)) this.#inherit(INCOMING);
    try {
      if (words[base + STATE] !== OPEN) return OVER;
      const puts = words[base + PUTS] as number;
      const max = this.#maxSize;
      if (max !== 0 && ((puts - Atomics.load(words, base + GETS)) | 0) >= max) return NOT_YET;
      this.#tail.write(wrapped, puts);
      Atomics.store(words, base + PUTS, puts + 1);
      if (wrapped instanceof Crate && wrapped.kept) words[base + INCOMING] = 0;
    } finally {
      unlockSpin(words, base + PUT_LOCK);
    }
    if (wrapped instanceof Crate && !wrapped.kept) this.crates.reuse(wrapped, false);
    return DONE;
  }

  take(): Outcome {
    const words = this.words;
    const base = this.base;
    if (lockSpin(words, base + GET_LOCK, this.arena.agent.id)) this.#inherit(OUTGOING);
    try {
      const state = Atomics.load(words, base + STATE);
      const gets = words[base + GETS] as number;
      if (state === EMPTIED) return OVER;
      if (gets === words[base + SEEN]) {
        const puts = Atomics.load(words, base + PUTS);
        if (gets === puts) return state === SHUT ? OVER : NOT_YET;
        words[base + SEEN] = puts;
      }
      this.#read(words, base, gets);
      return DONE;
    } finally {
      unlockSpin(words, base + GET_LOCK);
    }
  }

  close(immediate: boolean): void {
    const { id } = this.arena.agent;
    const words = this.words;
    const base = this.base;
    if (lockSpin(words, base + PUT_LOCK, id)) this.#inherit(INCOMING);
    if (immediate && lockSpin(words, base + GET_LOCK, id)) this.#inherit(OUTGOING);
    try {
      this.shut(immediate);
    } finally {
      if (immediate) unlockSpin(words, base + GET_LOCK);
      unlockSpin(words, base + PUT_LOCK);
    }
  }

  protected drop(): void {
    dropAll(this.arena, this.base, this.codec);
  }

  /** Reads the next record and takes it out. */
  #read(words: Int32Array, base: number, gets: number): void {
    const { heap } = this.arena;
    const now = base + HEAD + ((gets & 1) << 1);
    const next = base + HEAD + ((~gets & 1) << 1);
    let place = words[now] as number;
    let segment = words[now + 1] as number;
    let records = heap.reach(place);
    let done = 0;
    if (records[place] === LINK) {
      done = segment;
      segment = records[segment + SEGMENT_NEXT] as number;
      place = segment + SEGMENT_HEAD;
      records = heap.reach(place);
    }
    const head = records[place] as number;
    const value = records[place + 1] as number;
    let crate = 0;
    switch (head & KIND_MASK) {
      case INT:
        this.taken = value;
        break;
      case INLINE: {
        const start = (place + RECORD_HEAD) * 4;
        this.taken = this.codec.readAhead(start, start + value);
        break;
      }
      default: {
        const start = (value + CRATE_HEAD) * 4;
        crate = value;
        this.taken = this.codec.readAhead(start, start + (heap.reach(value)[value + CRATE_BYTES] as number));
      }
    }
    words[next] = place + (head >>> KIND_BITS);
    words[next + 1] = segment;
    if (crate !== 0 || done !== 0) {
      words[base + OUTGOING + 1] = gets;
      Atomics.store(words, base + OUTGOING, crate || done);
    }
    this.taking();
    Atomics.store(words, base + GETS, gets + 1);
    // Not before: should this thread die, the item is there for others, and its primitives have to be.
    this.codec.arrive();
    if (crate !== 0 || done !== 0) {
      words[base + OUTGOING] = 0;
      if (crate !== 0) this.#free(crate);
      if (done !== 0) this.#tail.retire(done);
    }
  }

  #free(place: number): void {
    this.arena.heap.free(place, this.arena.agent.id);
  }

  /** Somebody died with the lock in hand: frees the block that it was about to put, or had just taken. */
  #inherit(field: number): void {
    const words = this.words;
    const base = this.base;
    const block = words[base + field] as number;
    if (block === 0) return;
    const before = words[base + field + 1];
    words[base + field] = 0;
    if (field === INCOMING) {
      // Before it was kept it was the dead one's, and is freed with all that was; by now it may belong to whomever.
      if (words[base + PUTS] === before && this.crates.isKept(block, base)) this.#free(block);
    } else if (words[base + GETS] !== before) this.#free(block);
  }
}

registerStore(RING, dropAll);
