// What a future came to, in a block of the arena of its own. It is packed without any lock, for that may take long and run code of the
// value, and belongs to this thread until a future keeps it.

import { ByteCodec, type OpenArena } from "@conc/atomics";
import { likelyBytes } from "./likely-bytes.ts";

/** In the block: below 0 while it belongs to the thread of that number, then KEPT. */
const OWNER = 0;
const KEPT = 2 ** 30;
/** Where the value begins, in words. */
const HEAD = 4;
/** Bytes that the first block has for what is not seen of a value: most values fit. */
const MARGIN = 120;

/** A value in the arena. */
export interface Outcome {
  readonly place: number;
  /** Where the value ends, in bytes. */
  readonly end: number;
}

/**
 * Packs a value.
 *
 * @throws {TypeError} If it can not travel.
 * @throws {RangeError} If no arena of this size could ever hold it.
 * @throws {ArenaFullError} If there is no room for it now.
 */
export function packOutcome(arena: OpenArena, value: unknown): Outcome {
  const codec = ByteCodec.of(arena);
  for (let bytes = likelyBytes(value) + MARGIN; ; ) {
    if (bytes > arena.memory.maxByteLength / 2)
      throw new RangeError(`a value of ${bytes} bytes does not fit the arena`);
    const place = arena.create(bytes);
    try {
      const end = codec.write(value, (place + HEAD) * 4, place * 4 + bytes);
      if (end > 0) return { place, end };
      bytes = HEAD * 4 - end;
    } catch (error) {
      discardOutcome(arena, place);
      throw error;
    }
    discardOutcome(arena, place);
  }
}

/** From now on the block is not freed when this thread dies. */
export function keepOutcome({ heap }: OpenArena, outcome: Outcome): Outcome {
  Atomics.store(heap.reach(outcome.place), outcome.place + OWNER, KEPT);
  return outcome;
}

/** Reads the value, as often as one likes: what is in it does not arrive. */
export function readOutcome(arena: OpenArena, { place, end }: Outcome): unknown {
  return ByteCodec.of(arena).readAhead((place + HEAD) * 4, end);
}

/** The URLs of the modules that a reader has to import first; nearly always none. */
export function modulesOfOutcome(arena: OpenArena, { place, end }: Outcome): readonly string[] {
  return ByteCodec.of(arena).modules((place + HEAD) * 4, end);
}

/** Lets go of the value and its block. */
export function dropOutcome(arena: OpenArena, { place, end }: Outcome): void {
  ByteCodec.of(arena).drop((place + HEAD) * 4, end);
  discardOutcome(arena, place);
}

function discardOutcome({ heap, agent }: OpenArena, place: number): void {
  heap.free(place, agent.id);
}
