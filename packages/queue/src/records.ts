// What is in the segments of a `Ring`: records, each with a head of two words.

import type { ByteCodec, OpenArena } from "@conc/atomics";
import { CRATE_BYTES, CRATE_HEAD } from "./crate.ts";
import { GETS, HEAD, PUTS, SPARE } from "./layout.ts";

// A segment.
/** The segment in which the records go on, or will; 0 if there is none yet. */
export const SEGMENT_NEXT = 0;
/** Its size in words. */
export const SEGMENT_WORDS = 1;
export const SEGMENT_HEAD = 2;

// The head of a record: its kind and, above, its size in words, which is even; then a word that depends on the kind.
/** The next record is the first in the next segment. */
export const LINK = 0;
/** An integer of 32 bits: the second word. */
export const INT = 1;
/** A value, behind the head; the second word says how many bytes. */
export const INLINE = 2;
/** A value in a crate; the second word is the place of that. */
export const CRATE = 3;
export const KIND_BITS = 2;
export const KIND_MASK = 3;
export const RECORD_HEAD = 2;

/** Drops all items of a ring and frees its segments. Nobody else uses it, or all its locks are held. */
export function dropAll({ heap, agent }: OpenArena, base: number, codec: ByteCodec): void {
  const words = heap.reach(base);
  const head = base + HEAD + (((words[base + GETS] as number) & 1) << 1);
  let place = words[head] as number;
  let segment = words[head + 1] as number;
  // First of all, so that none is dropped twice should this thread die.
  words.fill(0, base + HEAD, base + HEAD + 4);
  const spare = Atomics.exchange(words, base + SPARE, 0);
  if (spare !== 0) heap.free(spare, agent.id);
  for (
    let left = ((words[base + PUTS] as number) - (words[base + GETS] as number)) | 0;
    segment !== 0 && left > 0;
    left--
  ) {
    let records = heap.reach(place);
    if (records[place] === LINK) {
      const next = records[segment + SEGMENT_NEXT] as number;
      heap.free(segment, agent.id);
      segment = next;
      place = segment + SEGMENT_HEAD;
      records = heap.reach(place);
    }
    const kind = (records[place] as number) & KIND_MASK;
    const value = records[place + 1] as number;
    if (kind === INLINE) codec.drop((place + RECORD_HEAD) * 4, (place + RECORD_HEAD) * 4 + value);
    if (kind === CRATE) {
      const start = (value + CRATE_HEAD) * 4;
      codec.drop(start, start + (heap.reach(value)[value + CRATE_BYTES] as number));
      heap.free(value, agent.id);
    }
    place += (records[place] as number) >>> KIND_BITS;
  }
  while (segment !== 0) {
    const next = heap.reach(segment)[segment + SEGMENT_NEXT] as number;
    heap.free(segment, agent.id);
    segment = next;
  }
}
