import type { Waitable } from "@conc/atomics";
import type { End } from "./end-line.ts";
import { DONE, NOT_YET, type Outcome } from "./layout.ts";

/** What a turn has to know of its queue. */
export interface TurnTaker extends End {
  toString(): string;
  /** Has the other side look: an item was put, or room was made. */
  announce(line: number): void;
}

/**
 * One wait at one end of a queue: what is tried again and again until it is done, or the queue is shut down.
 *
 * Why no wake-up is lost. Who waits marks its line and then tries; the other side changes the queue and then looks at the mark: one sees
 * the other. Who sees the mark takes it off and signals the oldest in the line, which is then on its way: others need not signal it
 * again. It finds something and leaves, and if there is more passes the signal on (`changed`); or it finds nothing, and marks the line
 * before it sleeps again. So there is always a mark, or somebody on the way, or nothing to be had. If one of those dies, all look again.
 * One on the way who takes its time is no reason for others to wait: see `EndLine`.
 */
export class Turn implements Waitable {
  readonly asyncForm: string;
  #outcome: Outcome = NOT_YET;
  /** What was thrown by the last try. */
  #failure: { readonly reason: unknown } | undefined;
  /** Whether it stands in its line, or has stood there. What it did before can only be announced when the line's lock is free again. */
  joined = false;
  readonly #queue: TurnTaker;
  readonly #line: number;
  readonly #other: number;
  readonly #attempt: () => Outcome;

  constructor(queue: TurnTaker, line: number, other: number, asyncForm: string, attempt: () => Outcome) {
    this.#queue = queue;
    this.#line = line;
    this.#other = other;
    this.asyncForm = asyncForm;
    this.#attempt = attempt;
  }

  toString(): string {
    return this.#queue.toString();
  }

  admit(_task: number, mayPass: boolean): boolean {
    if (!mayPass) return false;
    if (!this.#try()) {
      this.#queue.mark(this.#line, true);
      if (!this.#try()) return false;
    }
    if (this.joined) this.announce();
    return true;
  }

  changed(empty: boolean): boolean {
    this.#queue.mark(this.#line, !empty);
    return !empty && this.#queue.openings(this.#line) > 0;
  }

  // Nobody is handed an item, or room.
  passOn(): void {}

  /** Tells the other side, if something was done. */
  announce(): void {
    if (this.#outcome === DONE) this.#queue.announce(this.#other);
  }

  /** What became of it; the other side is told, if it was not before. */
  end(): Outcome {
    this.announce();
    if (this.#failure) throw this.#failure.reason;
    return this.#outcome;
  }

  #try(): boolean {
    try {
      this.#outcome = this.#attempt();
    } catch (reason) {
      this.#failure = { reason };
    }
    return this.#failure !== undefined || this.#outcome !== NOT_YET;
  }
}
