// What belongs to an object beyond its own block (the items of a queue) goes with it, whoever frees the block: a finalizer, or the one who
// clears up after a dead thread. The first own word of such an object says how. Who has not imported the package that knows it puts the
// block aside, and the next who does know it frees it.

import type { Agent } from "./agent.ts";
import { OWNING, UNIT_WORDS } from "./heap.ts";
import { HEADER_ID, HEADER_ORPHANS, OBJECT_COUNT, OBJECT_SERIAL, OBJECT_WORDS } from "./layout.ts";

/** Lets go of what belongs to the object of a block, whose first own word is at `base`, in the arena of this id. */
export type Disposal = (arena: number, base: number) => void;

const disposals = new Map<number, Disposal>();

/** Says how what belongs to objects of a kind is let go. */
export function registerDisposal(kind: number, disposal: Disposal): void {
  disposals.set(kind, disposal);
}

/** Frees the block of an object that nobody has any more, and what belongs to it. */
export function freeObject(agent: Agent, place: number): void {
  const { heap } = agent;
  if (((heap.tags[place / UNIT_WORDS] as number) & OWNING) === OWNING) {
    const words = heap.reach(place);
    // From now on a handle of it is told that it is gone.
    Atomics.store(words, place + OBJECT_SERIAL, 0);
    const disposal = disposals.get(words[place + OBJECT_WORDS] as number);
    if (!disposal) {
      putAside(agent, place);
      return;
    }
    disposal(heap.words[HEADER_ID] as number, place + OBJECT_WORDS);
  }
  heap.free(place, agent.id);
}

/** Frees the blocks that others put aside, as far as this thread knows how. */
export function freeOrphans(agent: Agent): void {
  const { heap } = agent;
  let place = Atomics.load(heap.words, HEADER_ORPHANS) && Atomics.exchange(heap.words, HEADER_ORPHANS, 0);
  while (place !== 0) {
    const next = heap.reach(place)[place + OBJECT_COUNT] as number;
    freeObject(agent, place);
    place = next;
  }
}

function putAside({ heap }: Agent, place: number): void {
  const words = heap.reach(place);
  let next: number;
  do {
    next = Atomics.load(heap.words, HEADER_ORPHANS);
    words[place + OBJECT_COUNT] = next;
  } while (Atomics.compareExchange(heap.words, HEADER_ORPHANS, next, place) !== next);
}
