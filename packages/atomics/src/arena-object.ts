import type { Agent } from "./agent.ts";
import { homeArena, type OpenArena } from "./arena.ts";
import type { OWNING } from "./heap.ts";
import { Place } from "./place.ts";
import { SharedObject } from "./shared-object.ts";

/** A shared object that lies in an arena from the beginning. */
export abstract class ArenaObject extends SharedObject {
  /** The arena in which it lies. */
  readonly arena: OpenArena;
  /** This thread, as a participant of the arena. */
  protected readonly agent: Agent;

  /**
   * @param bytes The size of the struct of a new object.
   * @param place Where the struct of an existing one lies; subclasses take it as their first argument.
   * @throws {TypeError} If it is something else: the class takes no such argument.
   */
  protected constructor(bytes: number, place: Place = newPlace(bytes)) {
    if (!(place instanceof Place)) throw new TypeError(`${new.target.name} takes no arguments`);
    super(bytes, place);
    this.arena = place.arena;
    this.agent = place.arena.agent;
  }
}

/**
 * Where an object of this size can live from now on.
 *
 * @param tag OWNING if more will belong to it than its block.
 */
export function newPlace(bytes: number, tag?: typeof OWNING): Place {
  const arena = homeArena();
  return new Place(arena, arena.create(bytes, tag));
}
