import { Arena, ByteCodec, type OpenArena, registerDisposal } from "@conc/atomics";
import { Crates } from "./crate.ts";
import { EMPTIED, type Outcome, SHUT, STATE } from "./layout.ts";
import { dropTallies } from "./tally.ts";

/** Where the items of a queue are, in which order they come out, and what locks that takes. */
export abstract class Store {
  /** What {@link take} took. */
  taken: unknown;
  protected readonly arena: OpenArena;
  protected readonly base: number;
  protected readonly words: Int32Array;
  protected readonly codec: ByteCodec;
  protected readonly crates: Crates;
  /** Called when an item is about to be taken. */
  protected readonly taking: () => void;

  constructor(arena: OpenArena, base: number, taking: () => void) {
    this.arena = arena;
    this.base = base;
    this.words = arena.heap.reach(base);
    this.codec = ByteCodec.of(arena);
    this.crates = Crates.of(arena);
    this.taking = taking;
  }

  /**
   * Makes an item ready to be put: the rest may be done under a lock.
   *
   * @returns The item itself, if it can be written at once; else a crate with it.
   * @throws {TypeError} If it can not be put.
   */
  abstract wrap(item: unknown, options: object | undefined): unknown;

  /** Puts what was wrapped, if there is room. A crate that the store keeps is no longer the caller's. */
  abstract put(wrapped: unknown): Outcome;

  /**
   * Takes the next item, if there is one.
   *
   * @throws What the codec throws if the item can not be read in this thread; it stays.
   */
  abstract take(): Outcome;

  /** Ends all puts, and if `immediate` all gets; what is there is dropped then. */
  abstract close(immediate: boolean): void;

  /** Nobody is going to put what was wrapped. */
  abstract discard(wrapped: unknown): void;

  /** Counts anew what a dead thread may have left uncounted. */
  abstract mend(): void;

  /** Drops all items. Needs all locks. */
  protected abstract drop(): void;

  /** As {@link close}; needs the lock of the puts, and if `immediate` all locks. */
  protected shut(immediate: boolean): void {
    const state = this.base + STATE;
    const after = immediate ? EMPTIED : SHUT;
    if ((this.words[state] as number) >= after) return;
    Atomics.store(this.words, state, after);
    if (immediate) this.drop();
  }
}

/** How all items of a queue are dropped, by somebody who has no view of it. */
type Drop = (arena: OpenArena, base: number, codec: ByteCodec) => void;

/** Has the arena let go what is in stores of this kind, once their queues are gone. */
export function registerStore(kind: number, drop: Drop): void {
  registerDisposal(kind, (id, base) => {
    const arena = Arena.find(id) as OpenArena;
    drop(arena, base, ByteCodec.of(arena));
    dropTallies(arena, base);
  });
}
