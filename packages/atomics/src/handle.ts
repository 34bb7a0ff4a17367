import { arenas, type OpenArena } from "./arena.ts";
import { newPlace } from "./arena-object.ts";
import { InvalidStateError } from "./errors.ts";
import { Place } from "./place.ts";
import { type HandleType, SharedObject, types } from "./shared-object.ts";
import { Sharing } from "./sharing.ts";

/** What stands for a shared object on its way to another thread: plain JSON, good in any message, at any depth. */
export interface Handle {
  /** The registered name of the object's class. */
  readonly type: string;
  /** The arena's id. */
  readonly arena: number;
  /** Where the object lies in the arena, in bytes. */
  readonly offset: number;
  /** Tells the object from one that lay there before. */
  readonly serial: number;
  /** The URLs of modules, beside the class's own, that a receiver imports first. */
  readonly modules?: readonly string[];
  /** What else the class needs to know it again. */
  readonly [field: string]: unknown;
}

/** The method by which an object that is no `SharedObject` makes its handle. */
export const HANDLE: unique symbol = Symbol("conc.handle");

/** What makes its handle itself, being no `SharedObject`. */
export interface HandleMaker {
  [HANDLE](): Handle;
}

/** An object that other threads can know under a handle. */
export type Shareable = SharedObject | HandleMaker;

/** Makes `fromHandle` understand handles of a type. Called once by the module that defines it. */
export function registerType(type: string, handleType: HandleType): void {
  types.set(type, handleType);
}

/** How handles of this type become objects, if that is known in this thread. */
export function typeOf(type: string): HandleType | undefined {
  return types.get(type);
}

/** Whether a value is a primitive that {@link toHandle} accepts. */
export function isShareable(value: unknown): value is Shareable {
  // In this order: asked for its prototype, a local would make its object.
  return typeof value === "object" && value !== null && (HANDLE in value || value instanceof SharedObject);
}

/**
 * Makes a handle for a primitive, to be sent to another thread in whatever way.
 *
 * The object stays alive for the receiver from now on. Threads of `@conc/thread` do this by themselves for everything in `args`.
 *
 * @throws {TypeError} If the value is not a primitive of these packages.
 *
 * @example
 * worker.postMessage({ arena: Arena.default.buffer, lock: toHandle(lock) });
 * // and in the worker
 * Arena.adopt(message.arena);
 * const lock = fromHandle<Lock>(message.lock);
 */
export function toHandle(value: Shareable): Handle {
  if (!isShareable(value))
    throw new TypeError(`only primitives have a handle, got ${value === null ? "null" : typeof value}`);
  if (HANDLE in value) return value[HANDLE]();
  // First of all: an object that can not travel is not shared either.
  const { handleFields } = value;
  const { arena, start } = moveIn(value);
  const serial = Sharing.of(arena).share(value, start);
  return { type: value[Symbol.toStringTag], arena: arena.id, offset: start * 4, serial, ...handleFields };
}

/** Has an object live in an arena, where others can know it; its place there. */
export function moveIn(object: SharedObject): Place {
  if (!object.place) object.moveTo(newPlace(object.byteLength));
  return object.place as Place;
}

/** Whether the handles that are read now arrive with that. */
let arriving = true;

/** Reads handles that do not arrive yet, so that they can be read again: the objects are there, and {@link dropHandle} has them arrive. */
export function readAhead<T>(read: () => T): T {
  const before = arriving;
  arriving = false;
  try {
    return read();
  } finally {
    arriving = before;
  }
}

/**
 * The object that a handle stands for. A thread that has an object for it already gets that very one.
 *
 * @throws {TypeError} If it is not a handle, or if this thread has not imported the class.
 * @throws {InvalidStateError} If this thread does not know the arena, or if the object exists no more.
 */
export function fromHandle<T = unknown>(handle: Handle): T {
  const handleType = handleTypeOf(handle);
  if (handleType.revive) return handleType.revive(handle) as T;
  const arena = arenaOf(handle);
  const place = handle.offset / 4;
  let isNew = false;
  const make = (): object => {
    isNew = true;
    return handleType.make?.(new Place(arena, place), handle) as object;
  };
  const object = Sharing.of(arena).view(place, handle.serial, make);
  if (!arriving) return object as T;
  Sharing.of(arena).dismiss(place, handle.serial);
  // What came with it has arrived as well.
  if (!isNew) for (const inner of handlesIn(handle)) fromHandle(inner);
  return object as T;
}

/** Lets go of the object of a handle that nobody is going to read any more. */
export function dropHandle(handle: Handle): void {
  const arena = arenas.get(handle.arena);
  // Without a place there is nothing that counts.
  if (arena && handle.offset > 0) Sharing.of(arena).dismiss(handle.offset / 4, handle.serial);
  for (const inner of handlesIn(handle)) dropHandle(inner);
}

function handleTypeOf(handle: Handle): HandleType {
  if (typeof handle?.type !== "string") throw new TypeError("not a handle: a handle is what toHandle() returns");
  const { type } = handle;
  const handleType = types.get(type);
  if (handleType) return handleType;
  throw new TypeError(
    `a handle of type ${type} needs the module that exports ${type}: import it in this thread before the handle is read`,
  );
}

function handlesIn(handle: Handle): Handle[] {
  return Object.values(handle).filter(isHandle);
}

function isHandle(value: unknown): value is Handle {
  return typeof (value as Handle | null | undefined)?.type === "string";
}

/**
 * The arena that a handle names.
 *
 * @throws {InvalidStateError} If this thread does not take part in it.
 */
export function arenaOf(handle: Handle): OpenArena {
  const arena = arenas.get(handle.arena);
  if (arena) return arena;
  throw new InvalidStateError(
    "this thread does not know the arena of the handle: send it Arena.default.buffer and call Arena.adopt(buffer) first",
  );
}
