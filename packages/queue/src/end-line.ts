import { type Agent, anyPrimitive, type Waitable, WaitQueue } from "@conc/atomics";

/** How many a signal tells, at most: who gives it has other things to do. */
const MOST_TOLD = 256;

/** What a line has to know of its end of the queue. */
export interface End {
  /** Marks the line so that the other side looks at it, or takes the mark off. */
  mark(line: number, crowded: boolean): void;
  /** How many of those in the line could go on; out of date as soon as read. */
  openings(line: number): number;
}

/**
 * The line of those who wait at one end of a queue.
 *
 * A signal has the oldest look. If that is a blocked thread it does so at once, and passes the signal on if there is more. A task does it
 * when its thread has time, which may be never; so it counts for one opening only, and those behind it are told of the others: of
 * those that are there by this signal, of those to come by the next one, for which the line stays marked.
 */
export class EndLine extends WaitQueue {
  readonly #end: End;
  readonly #line: number;

  constructor(agent: Agent, base: number, end: End, line: number, owner: Waitable = anyPrimitive) {
    super(agent, base + line, owner);
    this.#end = end;
    this.#line = line;
  }

  override signal(count = 1): number[] {
    if (count > 1 || !this.isLedByTask) return super.signal(count);
    const openings = this.#end.openings(this.#line);
    const most = Math.min(openings, MOST_TOLD);
    const woken = super.signal(most);
    if (woken.length === most) {
      this.#end.mark(this.#line, true);
      // Who changed the queue before that saw no mark.
      if (this.#end.openings(this.#line) > openings) woken.push(...this.signal());
    }
    return woken;
  }
}
