import type { OpenArena } from "./arena.ts";
import { OBJECT_WORDS } from "./layout.ts";

/** A block of an arena in which an object lives, or is about to; constructors make a view of what is there. */
export class Place {
  readonly arena: OpenArena;
  readonly start: number;

  constructor(arena: OpenArena, start: number) {
    this.arena = arena;
    this.start = start;
  }

  /** The place of the object's first own word. */
  get base(): number {
    return this.start + OBJECT_WORDS;
  }
}
