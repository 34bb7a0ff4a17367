import type { Agent } from "./agent.ts";
import { Arena } from "./arena.ts";
import { HANDLE, type Handle, type HandleType, registerType, type Shareable, unknownArena } from "./handle.ts";
import { OBJECT_WORDS } from "./references.ts";

/** A block of an arena that exists already, from which a class makes its view. */
export class Place {
  readonly arena: Arena;
  readonly at: number;

  constructor(arena: Arena, at: number) {
    this.arena = arena;
    this.at = at;
  }
}

export interface SharedObject extends Shareable {}

/**
 * What every primitive is: a view of a small struct in an arena.
 *
 * The state lives in shared memory; any thread makes its own view from the handle. The struct is freed when the last view of it
 * is collected, in whatever threads they are.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: its method is defined in the static block.
export abstract class SharedObject {
  // Methods under symbols of our own stand here: in a class body their types could not be told file by file.
  static {
    Object.defineProperty(SharedObject.prototype, HANDLE, {
      value: function (this: SharedObject): Handle {
        const place = this.at - OBJECT_WORDS;
        const { references, id } = this.#arena;
        references.share(this, place);
        const type = this[Symbol.toStringTag];
        return { type, arena: id, offset: place * 4, serial: references.serial(place), ...this.handleFields };
      },
    });
    Object.defineProperty(SharedObject.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value: function (this: SharedObject): string {
        return this.toString();
      },
    });
  }

  /** The arena's words, with those of this object surely among them. */
  protected readonly words: Int32Array;
  /** The place of the object's first own word. */
  protected readonly at: number;
  /** This thread, as a participant of the arena. */
  protected readonly agent: Agent;
  readonly #arena: Arena;

  /** @param struct The size of the struct in bytes for a new object, or where an existing one lies. */
  protected constructor(struct: number | Place) {
    const arena = typeof struct === "number" ? Arena.default : struct.arena;
    const place = typeof struct === "number" ? arena.references.create(struct) : struct.at;
    this.#arena = arena;
    this.agent = arena.agent;
    this.at = place + OBJECT_WORDS;
    this.words = arena.heap.reach(place);
    arena.references.hold(this, place);
  }

  /** What `revive` has to know beyond the place; part of the handle. */
  protected get handleFields(): Record<string, unknown> {
    return {};
  }

  /** The state in a word or two, for {@link toString}. */
  protected abstract describe(): string;

  /** The name under which the class is registered. */
  abstract get [Symbol.toStringTag](): string;

  /** Names the object by its place, the same in all threads, and says how it stands. */
  toString(): string {
    return `${this[Symbol.toStringTag]}@${(this.at - OBJECT_WORDS).toString(16)}(${this.describe()})`;
  }
}

/** How handles of a class become objects: the one that this thread has for it, or what `make` returns for the place. */
export function reviving(module: string, make: (place: Place, handle: Handle) => object): HandleType {
  return {
    module,
    revive(handle) {
      const arena = Arena.find(handle.arena);
      if (!arena) throw unknownArena();
      const at = handle.offset / 4;
      return arena.references.view(at, handle.serial, () => make(new Place(arena, at), handle));
    },
  };
}

/** Makes `fromHandle` understand handles of a class whose constructor also takes a {@link Place}. */
export function registerClass(
  type: string,
  module: string,
  make: abstract new (...args: never[]) => SharedObject,
): void {
  const Revived = make as unknown as new (place: Place) => SharedObject;
  registerType(
    type,
    reviving(module, (place) => new Revived(place)),
  );
}
