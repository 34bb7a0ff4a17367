// The end of a `Ring` at which items are put: how they become records. All of this needs the lock of the puts.

import type { ByteCodec, OpenArena } from "@conc/atomics";
import { CRATE_HEAD, Crate, type Crates } from "./crate.ts";
import { INCOMING, TAIL } from "./layout.ts";
import { CRATE, INLINE, INT, KIND_BITS, RECORD_HEAD } from "./records.ts";
import { Segments } from "./segments.ts";

/** Values of up to this many bytes are copied into a segment. */
const MOST_INLINE = 2048;

/** What a text takes beyond its characters, in bytes: at most so much. */
const TEXT_HEAD = 16;

/** Writes records into segments. */
export class Tail extends Segments {
  readonly #codec: ByteCodec;
  readonly #crates: Crates;

  constructor(arena: OpenArena, base: number, codec: ByteCodec, crates: Crates) {
    super(arena, base);
    this.#codec = codec;
    this.#crates = crates;
  }

  /** Writes what was wrapped behind the last record, and the place behind that into the slot that counts once PUTS is no longer `puts`. */
  write(wrapped: unknown, puts: number): void {
    const words = this.words;
    const now = this.base + TAIL + ((puts & 1) << 1);
    const next = this.base + TAIL + ((~puts & 1) << 1);
    this.current = words[now + 1] as number;
    words[next] = this.#record(words[now] as number, wrapped, puts);
    words[next + 1] = this.current;
  }

  /** Writes a record; the place behind it. */
  #record(at: number, wrapped: unknown, puts: number): number {
    if (wrapped instanceof Crate) return this.#recordCrate(at, wrapped, puts);
    if (typeof wrapped === "number" && wrapped === (wrapped | 0) && !Object.is(wrapped, -0)) {
      const place = this.room(at, RECORD_HEAD);
      const words = this.arena.heap.reach(place);
      words[place] = INT | (RECORD_HEAD << KIND_BITS);
      words[place + 1] = wrapped;
      return place + RECORD_HEAD;
    }
    // To be told by the codec that a text does not fit would cost as much as writing it several times.
    const guess = typeof wrapped === "string" ? (wrapped.length + TEXT_HEAD) >>> 2 : 0;
    const segment = this.current;
    for (let size = (guess + 1) & ~1; ; ) {
      const place = this.room(at, RECORD_HEAD + size);
      const start = (place + RECORD_HEAD) * 4;
      const end = this.#codec.write(wrapped, start, this.limit * 4);
      if (end > 0) return this.#head(place, INLINE, end - start, end);
      size = ((7 - end) >> 3) * 2;
      // From the last record on once more: a segment that was to follow, and is too small, is replaced. A LINK must not lead to a LINK.
      this.current = segment;
    }
  }

  #recordCrate(at: number, crate: Crate, puts: number): number {
    const { heap } = this.arena;
    const base = this.base;
    if (crate.bytes > MOST_INLINE || crate.start !== CRATE_HEAD) {
      const place = this.room(at, RECORD_HEAD);
      // In this order: see `ring.ts`.
      this.words[base + INCOMING + 1] = puts;
      Atomics.store(this.words, base + INCOMING, crate.place);
      this.#crates.keep(crate, base);
      return this.#head(place, CRATE, crate.place, (place + RECORD_HEAD) * 4);
    }
    const count = crate.bytes >>> 2;
    const place = this.room(at, RECORD_HEAD + ((count + 1) & ~1));
    const words = heap.reach(place);
    const from = crate.place + crate.start;
    const to = place + RECORD_HEAD;
    if (count > 32) words.copyWithin(to, from, from + count);
    else for (let i = 0; i < count; i++) words[to + i] = words[from + i] as number;
    return this.#head(place, INLINE, crate.bytes, to * 4 + crate.bytes);
  }

  /** Completes a record that ends there; the place of the next. */
  #head(place: number, kind: number, value: number, end: number): number {
    const words = this.arena.heap.reach(place);
    const size = (((end + 7) >>> 3) << 1) - place;
    words[place] = kind | (size << KIND_BITS);
    words[place + 1] = value;
    return place + size;
  }
}
