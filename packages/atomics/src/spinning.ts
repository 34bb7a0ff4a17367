// To sleep and be woken costs as much as some hundred polls where the waker has the same processor, and some thousand where it has
// another one. So a thread that waits looks for a moment before it sleeps. But where the waker needs the very processor on which it
// looks, all of that is lost, so how long it looks follows from what came of it before.

/** How often it looks at first, and after each time it was worth it: for half a microsecond or one, which most sections do not exceed. */
const USUAL = 100;

/** How often at most: where threads outnumber processors, more of it would cost more than it gains. */
const MOST = 400;

/** How often at least: as long as it takes one who is awake to answer. */
const LEAST = 32;

/** The looks that one thread takes, before it sleeps, at one thing. */
export class Spin {
  #polls = USUAL;

  /** Looks until `done`, for as long as that has been worth it lately; false if it is time to sleep. */
  until(done: () => boolean): boolean {
    for (let poll = 0; poll < this.#polls; poll++) {
      if (!done()) continue;
      this.#polls = Math.min(Math.max(2 * poll, USUAL), MOST);
      return true;
    }
    this.#polls = Math.max(this.#polls >>> 1, LEAST);
    return false;
  }
}
