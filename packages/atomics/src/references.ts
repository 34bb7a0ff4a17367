// Who still needs the block of a shared object: it is freed when nobody does.
//
// An object that nobody else knows is its maker's: the block bears the maker's id, and goes when the object is collected or the
// maker dies. Once it is shared its users are counted; see `Sharing`.

import type { Agent } from "./agent.ts";
import { OBJECT } from "./heap.ts";
import { HEADER_SERIAL } from "./layout.ts";
import type { Sharing } from "./sharing.ts";

// The first words of a shared object's block.
/** The maker's id, negative, while nobody else knows it; then how many agents need it. */
export const OBJECT_COUNT = 0;
/** Unlike that of any block at this place before or after it. */
export const OBJECT_SERIAL = 1;
export const OBJECT_WORDS = 2;

/** The shared objects that this agent has. */
export class References {
  readonly agent: Agent;
  /** Those that others know, too; there once the first one is shared. */
  sharing: Sharing | undefined;
  readonly #finalizer: FinalizationRegistry<number> = new FinalizationRegistry((place) => {
    const { heap, id } = this.agent;
    if (heap.reach(place)[place + OBJECT_COUNT] === -id) heap.free(place, id);
    else this.sharing?.drop(place);
  });

  constructor(agent: Agent) {
    this.agent = agent;
  }

  /** Makes a block for a new shared object, all zero after the first two words. */
  create(bytes: number): number {
    const { heap, id } = this.agent;
    const place = heap.allocate(bytes + OBJECT_WORDS * 4, id, OBJECT);
    const words = heap.reach(place);
    words[place + OBJECT_COUNT] = -id;
    words[place + OBJECT_SERIAL] = Atomics.add(words, HEADER_SERIAL, 1) + 1;
    return place;
  }

  /** Gives the block up once the object is collected. */
  hold(object: object, place: number): void {
    this.#finalizer.register(object, place);
  }
}
