// To sleep and be woken costs as much as some hundred polls where the waker has the same processor, and some thousand where it has
// another one. So a thread that waits looks for a moment before it sleeps. But where the waker needs the very processor on which it
// looks, all of that is lost, so how long it looks follows from what came of it before.
//
// Two threads that answer each other at once never need to sleep. But once one of them does, its answer comes later, by the time that it
// takes to be woken, and so the other one sleeps, too, and so on for ever. Therefore a wait now and then looks for longer than that takes:
// the answer then finds both awake. What that was worth says when to do it again. Where it saves the sleep each time, as on two
// processors, soon every wait looks for long before it sleeps, and whatever delays one of the two delays both once. Where it never does,
// as on one processor, or where there is nothing to come, it becomes rare. In between it is as often in vain as two looks in three.

/** How often it looks at first, and after each time it was worth it: for half a microsecond or one, which most sections do not exceed. */
export const USUAL = 100;

/** How often at most, but for a long look: a turn of two threads that share a condition takes less than that. */
const MOST = 1000;

/** How often at least: next to nothing, for it is the long looks that find out when it is worth more. */
const LEAST = 4;

/** How often in a long look: for as long as it takes to wake a thread on another processor. */
const LONG = 4000;

/** After how many waits that ended in sleep it looks for long: at first, and at most. */
const SOON = 64;
const LATE = 4096;

/** Looks until `done`, so often at most: for what several threads want, where whoever looks for longer would have more of it. */
export function look(done: () => boolean, polls: number = USUAL): boolean {
  for (let poll = 0; poll < polls; poll++) if (done()) return true;
  return false;
}

/** The looks that one thread takes, before it sleeps, at one thing. */
export class Spin {
  readonly #long: number;
  #polls = USUAL;
  /** How many waits ended in sleep since the last long look, and how many have to before the next one. */
  #asleep = 0;
  #patience = SOON;

  /** @param long How often a long look looks. */
  constructor(long: number = LONG) {
    this.#long = long;
  }

  /** Looks until `done`, for as long as that has been worth it lately; false if it is time to sleep. */
  until(done: () => boolean): boolean {
    const usual = this.#polls;
    const long = this.#asleep >= this.#patience;
    const most = long ? this.#long : usual;
    for (let poll = 0; poll < most; poll++) {
      if (!done()) continue;
      this.#polls = Math.min(Math.max(2 * poll, USUAL), MOST);
      if (poll >= usual) this.#plan(this.#patience >>> 2);
      return true;
    }
    this.#polls = Math.max(this.#polls >>> 1, LEAST);
    if (long) this.#plan(Math.min(2 * this.#patience + 1, LATE));
    else this.#asleep++;
    return false;
  }

  #plan(patience: number): void {
    this.#patience = patience;
    this.#asleep = 0;
  }
}
