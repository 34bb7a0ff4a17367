/** A lock that never sleeps: it looks until the lock is free. */
export class SpinLock {
  readonly #words: Int32Array;

  /** @param words Shared; the first is 1 while the lock is held. */
  constructor(words: Int32Array) {
    this.#words = words;
  }

  acquire(): void {
    while (Atomics.compareExchange(this.#words, 0, 0, 1) !== 0) {
      // Looking does not take the word's cache line away from the holder, as another try would.
      while (Atomics.load(this.#words, 0) !== 0);
    }
  }

  release(): void {
    Atomics.store(this.#words, 0, 0);
  }
}
