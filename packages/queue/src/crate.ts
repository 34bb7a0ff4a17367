// A crate is a block with one value in it. It is packed without any lock, for that may take long and run code of the value (getters), and
// belongs to this thread until a queue keeps it; should the thread die before, it is freed as all that only the dead one knew.

import { ArenaFullError, ByteCodec, coalesce, type OpenArena, UNIT_WORDS } from "@conc/atomics";

/** In a crate's block: less than 0 while it belongs to the thread of that number, then KEPT and the place of its queue. */
const CRATE_OWNER = 0;
/** Above all places of an arena. */
const KEPT = 2 ** 30;
/** How many bytes the value takes. */
export const CRATE_BYTES = 2;
/** What a queue keeps there; the value begins behind it. */
export const CRATE_HEAD = 4;

/** How large the first crate of a thread is, in bytes: most values fit. */
const USUAL_BYTES = 4096;

/** A value that is ready to be put. */
export class Crate {
  readonly place: number;
  /** Where the value begins, in words from the beginning of the block. */
  readonly start: number;
  readonly size: number;
  /** How many bytes the value takes. */
  bytes = 0;
  /** Whether it is no longer this thread's. */
  kept = false;

  constructor(place: number, start: number, size: number) {
    this.place = place;
    this.start = start;
    this.size = size;
  }
}

const all = new WeakMap<OpenArena, Crates>();

/** Makes this thread's crates in an arena, and has them used again. */
export class Crates {
  readonly #arena: OpenArena;
  readonly #codec: ByteCodec;
  /** One that is not in use: for all queues, or each of them would leave one behind. */
  #idle: Crate | undefined;

  private constructor(arena: OpenArena) {
    this.#arena = arena;
    this.#codec = ByteCodec.of(arena);
  }

  /** This thread's crates in an arena. */
  static of(arena: OpenArena): Crates {
    const crates = all.get(arena) ?? new Crates(arena);
    all.set(arena, crates);
    return crates;
  }

  /**
   * Packs a value.
   *
   * @param start Where it is to begin, in words from the beginning of the block: an even number.
   * @throws {TypeError} If it can not travel.
   * @throws {RangeError} If no arena of this size could ever hold it.
   * @throws {ArenaFullError} If there is no room for it now.
   */
  pack(value: unknown, start: number = CRATE_HEAD): Crate {
    const guess = start * 4 + usualBytesOf(value);
    let crate: Crate | undefined;
    if (start === CRATE_HEAD && guess <= USUAL_BYTES) {
      crate = this.#idle;
      this.#idle = undefined;
    }
    crate ??= this.#make(start, start === CRATE_HEAD ? Math.max(guess, USUAL_BYTES) : guess);
    try {
      for (;;) {
        const at = (crate.place + start) * 4;
        const end = this.#codec.write(value, at, crate.place * 4 + crate.size);
        if (end > 0) {
          crate.bytes = end - at;
          this.#arena.heap.reach(crate.place)[crate.place + CRATE_BYTES] = crate.bytes;
          return crate;
        }
        // A new one first: if there is no room for it, the old one serves the next value.
        const larger = this.#make(start, start * 4 - end);
        this.#free(crate);
        crate = larger;
      }
    } catch (error) {
      this.#putBack(crate);
      throw error;
    }
  }

  /** Gives the crate to the queue at `base`: from now on it is not freed when this thread dies. */
  keep(crate: Crate, base: number): void {
    crate.kept = true;
    Atomics.store(this.#arena.heap.reach(crate.place), crate.place + CRATE_OWNER, KEPT + base);
  }

  /** Whether a block is a crate that was given to the queue at `base`. */
  isKept(place: number, base: number): boolean {
    return this.#arena.heap.reach(place)[place + CRATE_OWNER] === KEPT + base;
  }

  /** The value in it has been copied; or nobody wants it, and it is to be dropped. */
  reuse(crate: Crate, drop: boolean): void {
    if (drop) {
      const at = (crate.place + crate.start) * 4;
      this.#codec.drop(at, at + crate.bytes);
    }
    this.#putBack(crate);
  }

  #putBack(crate: Crate): void {
    if (crate.start === CRATE_HEAD && crate.size === USUAL_BYTES && !this.#idle) this.#idle = crate;
    else this.#free(crate);
  }

  #make(start: number, bytes: number): Crate {
    const arena = this.#arena;
    const most = arena.memory.maxByteLength / 2;
    if (bytes > most) {
      throw new RangeError(`an item of ${bytes - start * 4} bytes does not fit into the arena, which takes ${most}`);
    }
    return new Crate(
      allocate(arena, () => arena.create(bytes - 8, undefined, UNIT_WORDS)),
      start,
      bytes,
    );
  }

  #free({ place }: Crate): void {
    this.#arena.heap.free(place, this.#arena.agent.id);
  }
}

/** How many bytes a value probably takes. To be told by the codec that a large one does not fit would cost as much as writing it. */
function usualBytesOf(value: unknown): number {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength + 64;
  return typeof value === "string" ? value.length + 64 : USUAL_BYTES / 16;
}

/** Allocates; where that fails because free memory lies in pieces, joins them and tries again. */
export function allocate({ agent }: OpenArena, make: () => number): number {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ArenaFullError)) throw error;
    coalesce(agent);
    return make();
  }
}
