import type { Agent } from "./agent.ts";
import { homeArena, type OpenArena } from "./arena.ts";
import type { Handle } from "./handle.ts";
import { OBJECT_WORDS } from "./layout.ts";

/** A block of an arena that exists already, from which a class makes its view. */
export class Place {
  readonly arena: OpenArena;
  readonly place: number;

  constructor(arena: OpenArena, place: number) {
    this.arena = arena;
    this.place = place;
  }
}

/** How handles of one type become objects again. */
export interface HandleType {
  /** The URL of the module that registers the type, which another thread imports before it decodes a handle. */
  readonly module: string;
  /** Makes the view of a shared object's block that this thread has no object for yet. */
  readonly make?: (place: Place, handle: Handle) => object;
  /** For what is not a block of its own: finds or makes the object. */
  readonly revive?: (handle: Handle) => object;
}

/** What `fromHandle` understands, by the name of the class. */
export const types: Map<string, HandleType> = new Map();

/** Makes `fromHandle` understand handles of a class whose constructor also takes a {@link Place}. */
export function registerClass(
  type: string,
  module: string,
  make: abstract new (...args: never[]) => SharedObject,
): void {
  const Viewed = make as unknown as new (place: Place) => SharedObject;
  types.set(type, { module, make: (place) => new Viewed(place) });
}

/**
 * What every primitive is: a view of a small struct in an arena.
 *
 * The state lives in shared memory; any thread makes its own view from the handle. The struct is freed when the last view of it
 * is collected, in whatever threads they are.
 */
export abstract class SharedObject {
  // How Node's console asks for the text of an object.
  static {
    Object.defineProperty(SharedObject.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value: SharedObject.prototype.toString,
    });
  }

  /** The arena in which the object lies. */
  readonly arena: OpenArena;
  /** The arena's words, with those of this object surely among them. */
  protected readonly words: Int32Array;
  /** The place of the object's first own word. */
  readonly base: number;
  /** This thread, as a participant of the arena. */
  protected readonly agent: Agent;

  /**
   * @param bytes The size of the struct of a new object.
   * @param place Where the struct of an existing one lies; subclasses take it as their first argument.
   * @throws {TypeError} If it is something else: the class takes no such argument.
   */
  protected constructor(bytes: number, place?: Place) {
    if (place !== undefined && !(place instanceof Place)) throw new TypeError(`${new.target.name} takes no arguments`);
    this.arena = place?.arena ?? homeArena();
    this.agent = this.arena.agent;
    const start = place?.place ?? this.arena.create(bytes);
    this.base = start + OBJECT_WORDS;
    this.words = this.arena.heap.reach(start);
    this.arena.hold(this, start);
  }

  /** Called before the object becomes known to others. */
  share?(): void;

  /** Whether no other agent knows the object. */
  protected get isPrivate(): boolean {
    return this.arena.isPrivate(this.base - OBJECT_WORDS);
  }

  /** What a new view has to know beyond the place; part of the handle. */
  get handleFields(): Record<string, unknown> {
    return {};
  }

  /** The name under which the class is registered. */
  abstract get [Symbol.toStringTag](): string;

  /** The state in a word or two, for {@link toString}. */
  protected abstract describe(): string;

  /** Names the object by its place, the same in all threads, and says how it stands. */
  toString(): string {
    return `${this[Symbol.toStringTag]}@${this.base.toString(16)}(${this.describe()})`;
  }
}
