import type { Handle } from "./handle.ts";
import { Place } from "./place.ts";

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
 * What every primitive is: a view of a small struct of words.
 *
 * As long as only one thread knows it the struct may be that thread's own. Then it lies in shared memory, and any thread makes its own
 * view from the handle; it is freed when the last view of it is collected, in whatever threads they are.
 */
export abstract class SharedObject {
  // How Node's console asks for the text of an object.
  static {
    Object.defineProperty(SharedObject.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value: SharedObject.prototype.toString,
    });
  }

  static #numbered = 0;
  /** Tells those apart that lie in no arena. */
  #number: number | undefined;

  /** Where it lies in an arena; undefined while it lies in none. */
  place: Place | undefined;
  /** The words among which those of this object are. */
  protected words: Int32Array;
  /** The place of the object's first own word. */
  base: number;

  /**
   * @param bytes The size of the struct of a new object.
   * @param place Where the struct of an existing one lies; subclasses take it as their first argument.
   * @throws {TypeError} If that is something else: an argument that the class does not know.
   */
  protected constructor(bytes: number, place?: Place) {
    if (place && !(place instanceof Place)) throw new TypeError(`unexpected argument: ${place}`);
    this.place = place;
    this.base = place?.base ?? 0;
    this.words = place?.arena.viewFor(this, place) ?? new Int32Array(bytes / 4);
  }

  /** Called when others are about to know the object: from now on it lives there. */
  moveTo(place: Place): void {
    const words = place.arena.viewFor(this, place);
    words.set(this.words, place.base);
    this.place = place;
    this.words = words;
    this.base = place.base;
    this.#number = undefined;
  }

  /** How large the struct is, if it does not lie in an arena. */
  get byteLength(): number {
    return this.words.byteLength;
  }

  /** Whether no other agent knows the object. */
  protected get isPrivate(): boolean {
    return this.place?.arena.isMineAlone(this.place.start) ?? true;
  }

  /** What a new view has to know beyond the place; part of the handle. */
  get handleFields(): Record<string, unknown> {
    return {};
  }

  /** The name under which the class is registered. */
  abstract get [Symbol.toStringTag](): string;

  /** The state in a word or two, for {@link toString}. */
  protected abstract describe(): string;

  /** Names the object by its place, the same in all threads that know it, and says how it stands. */
  toString(): string {
    if (!this.place) this.#number ??= ++SharedObject.#numbered;
    return `${this[Symbol.toStringTag]}@${(this.#number ?? this.base).toString(16)}(${this.describe()})`;
  }
}
