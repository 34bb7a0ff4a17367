/**
 * Holds a lock until it is released, or until its scope is left.
 *
 * @example
 * {
 *   using guard = lock.guard();
 *   // the lock is held here
 * }
 */
export class Guard implements Disposable, AsyncDisposable {
  #release: (() => void) | undefined;

  /** @param release Gives back what the guard holds. */
  constructor(release: () => void) {
    this.#release = release;
  }

  /** Gives back what it holds; the second time does nothing. */
  release(): void {
    const release = this.#release;
    this.#release = undefined;
    release?.();
  }

  [Symbol.dispose](): void {
    this.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
  }
}
