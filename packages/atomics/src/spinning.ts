// To sleep and be woken costs as much as some hundred polls where the waker has the same processor, and some thousand where it has
// another one. So a thread that waits looks for a moment before it sleeps. But where the waker needs the very processor on which it
// looks, all of that is lost, so how long it looks follows from what came of it before.

/** How often it looks at first: for half a microsecond or one, which most sections do not exceed. */
const USUAL = 100;

/** How often at most: where threads outnumber processors, more of it would cost more than it gains. */
const MOST = 400;

/** Below that it looks but once. */
const LEAST = 12;

/** One wait in so many looks all the same, for things may have changed. */
const PROBE = 16;

/** The looks that one thread takes, before it sleeps, at one thing. */
export class Spin {
  #polls = USUAL;
  #skipped = 0;

  /** Looks until `done`, at least once and for as long as that has been worth it lately; false if it is time to sleep. */
  until(done: () => boolean): boolean {
    if (this.#polls === 0 && ++this.#skipped % PROBE !== 0) return done();
    const most = this.#polls || USUAL;
    for (let poll = 0; poll < most; poll++) {
      if (!done()) continue;
      this.#polls = Math.min(Math.max(2 * poll, USUAL), MOST);
      return true;
    }
    this.#polls = this.#polls < 2 * LEAST ? 0 : this.#polls >>> 1;
    return false;
  }
}
