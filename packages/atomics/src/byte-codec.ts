/**
 * Writes values straight into the memory of an arena and reads them from there, in whatever thread.
 *
 * A value arrives as from a structured clone. Besides, primitives arrive as the same primitives, functions that are registered as
 * themselves, errors with their class, properties and cause. Places and sizes are in bytes.
 */
export interface ByteCodec {
  /**
   * Writes a value from `at` on. Nothing at or behind `limit` is touched, and nothing before `at`.
   *
   * Handles of primitives in it count as on their way once it returns an end, until it is read or dropped. They do not if it throws
   * or if there was too little room: then all that may have changed is the bytes between `at` and `limit`.
   *
   * The value's getters run, and so may code that calls this again.
   *
   * @param at A multiple of 8.
   * @param limit A multiple of 4.
   * @returns Where the value ends, a multiple of 4; or, if there is too little room, a negative number: so many bytes it needs at such a
   *   place, as long as it does not change meanwhile.
   * @throws {TypeError} If something in it can not travel; the message says where it is.
   */
  write(value: unknown, at: number, limit: number): number;

  /**
   * Makes the value that was written there. Each is to be read once, or dropped: its primitives arrive.
   *
   * @param end What `write` returned.
   * @throws {TypeError} If this thread has not imported a module that it needs, which the message names. Nothing has arrived then: it
   *   may be read again, here or in another thread.
   * @throws {InvalidStateError} If a primitive in it lies in an arena that this thread does not know; as above.
   */
  read(at: number, end: number): unknown;

  /** Lets go of the primitives in a value that nobody is going to read. */
  drop(at: number, end: number): void;

  /** The URLs of the modules that a reader of the value has to import first; nearly always none. */
  modules(at: number, end: number): readonly string[];
}
