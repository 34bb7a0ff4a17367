import { InvalidStateError } from "./errors.ts";

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
  /** What else the class needs to know it again. */
  readonly [field: string]: unknown;
}

/** The method by which an object makes its handle. */
export const HANDLE: unique symbol = Symbol("conc.handle");

/** An object that other threads can know under a handle. */
export interface Shareable {
  [HANDLE](): Handle;
}

/** How handles of one type become objects again. */
export interface HandleType {
  /** The URL of the module that registers the type, which another thread imports before it decodes a handle. */
  readonly module: string;
  /** Makes the object, or finds the one that this thread has for it already. */
  revive(handle: Handle): object;
}

const types = new Map<string, HandleType>();

/** Makes `fromHandle` understand handles of a type. Called once by the module of each class. */
export function registerType(type: string, handleType: HandleType): void {
  types.set(type, handleType);
}

/** How handles of this type become objects, if that is known in this thread. */
export function typeOf(type: string): HandleType | undefined {
  return types.get(type);
}

/** Whether a value is a primitive that {@link toHandle} accepts. */
export function isShareable(value: unknown): value is Shareable {
  return typeof value === "object" && value !== null && HANDLE in value;
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
  return value[HANDLE]();
}

/**
 * The object that a handle stands for. A thread that has an object for it already gets that very one.
 *
 * @throws {TypeError} If it is not a handle, or if this thread has not imported the class.
 * @throws {InvalidStateError} If this thread does not know the arena, or if the object exists no more.
 */
export function fromHandle<T = unknown>(handle: Handle): T {
  if (typeof handle?.type !== "string") throw new TypeError("not a handle: a handle is what toHandle() returns");
  const handleType = types.get(handle.type);
  if (!handleType) {
    throw new TypeError(
      `a handle of type ${handle.type} needs the module that exports ${handle.type}: import it in this thread before the handle is read`,
    );
  }
  return handleType.revive(handle) as T;
}

/** For `revive`: the error when a handle names an arena that this thread has not adopted. */
export function unknownArena(): InvalidStateError {
  return new InvalidStateError(
    "this thread does not know the arena of the handle: send it Arena.default.buffer and call Arena.adopt(buffer) first",
  );
}
