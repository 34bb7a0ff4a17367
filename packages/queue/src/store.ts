import type { Outcome } from "./layout.ts";

/** Where the items of a queue are, in which order they come out, and what locks that takes. */
export interface Store {
  /** What {@link take} took. */
  taken: unknown;

  /**
   * Makes an item ready to be put: the rest may be done under a lock.
   *
   * @returns The item itself, if it can be written at once; else a crate with it.
   * @throws {TypeError} If it can not be put.
   */
  wrap(item: unknown, options: object | undefined): unknown;

  /** Puts what was wrapped, if there is room. A crate that the store keeps is no longer the caller's. */
  put(wrapped: unknown): Outcome;

  /**
   * Takes the next item, if there is one.
   *
   * @throws What the codec throws if the item can not be read in this thread; it stays.
   */
  take(): Outcome;

  /** Ends all puts, and if `immediate` all gets; what is there is dropped then. */
  close(immediate: boolean): void;

  /** Nobody is going to put what was wrapped. */
  discard(wrapped: unknown): void;

  /** Counts anew what a dead thread may have left uncounted. */
  mend(): void;
}
