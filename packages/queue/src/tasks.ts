// What is unfinished: each item that was put is a task, until `taskDone` was called for it. PUTS - DONES says how many there are, so a put
// counts its task in the same step. After a shutdown at once it is GETS - DONES: what was dropped is no task.

import { Deadline, OwnerDiedError, type Waitable, WaitQueue } from "@conc/atomics";
import type { Ends } from "./ends.ts";
import { DONES, EMPTIED, GETS, JOINERS, PUTS, STATE } from "./layout.ts";
import { Tallies } from "./tally.ts";

/** The tasks of a queue, and those who wait until all are done. */
export class Tasks {
  readonly #queue: Ends<unknown>;
  readonly #words: Int32Array;
  readonly #base: number;
  readonly #tallies: Tallies;
  readonly #mend: () => void;

  /** @param mend Puts the counts of the queue in order, should somebody have died. */
  constructor(queue: Ends<unknown>, mend: () => void) {
    const { arena, base } = queue;
    this.#queue = queue;
    this.#words = arena.heap.reach(base);
    this.#base = base;
    this.#tallies = new Tallies(arena, base);
    this.#mend = mend;
  }

  /** An item is about to be taken. */
  begin(): void {
    this.#tallies.raise();
  }

  /** The task of one is done. */
  end(): void {
    const done = this.#base + DONES;
    for (let dones = Atomics.load(this.#words, done); ; ) {
      if (this.#unfinished(dones) <= 0) {
        throw new RangeError(`taskDone() called, but all tasks of ${this.#queue} are done`);
      }
      const seen = Atomics.compareExchange(this.#words, done, dones, dones + 1);
      if (seen === dones) break;
      dones = seen;
    }
    this.#tallies.lower();
    // Whoever joins has left a mark before it looked at DONES and the tallies. Of two threads that lower theirs one sees both.
    if (Atomics.load(this.#words, this.#base + JOINERS) === 0) return;
    if (this.#isAllDone || this.#isAbandoned) this.#queue.signalAll(JOINERS);
  }

  /** A wait for all of them. */
  joining(): Joining {
    return new Joining(this.#queue, () => {
      if (this.#isAllDone) return ALL_DONE;
      this.#mend();
      return this.#isAbandoned ? ABANDONED : UNFINISHED;
    });
  }

  get #isAllDone(): boolean {
    return this.#unfinished(Atomics.load(this.#words, this.#base + DONES)) <= 0;
  }

  /**
   * Whether only those who are dead could do what is unfinished. In this order, for whoever takes an item raises its tally first; and who
   * took one that was put meanwhile may have a tally that was looked at before.
   */
  get #isAbandoned(): boolean {
    const puts = Atomics.load(this.#words, this.#base + PUTS);
    if (this.#queue.size !== 0 || !this.#tallies.areSettled || this.#isAllDone) return false;
    return Atomics.load(this.#words, this.#base + PUTS) === puts;
  }

  #unfinished(dones: number): number {
    const all = Atomics.load(this.#words, this.#base + STATE) === EMPTIED ? GETS : PUTS;
    return (Atomics.load(this.#words, this.#base + all) - dones) | 0;
  }
}

const UNFINISHED = 0;
const ALL_DONE = 1;
const ABANDONED = 2;

/** One wait for the tasks of a queue. */
export class Joining implements Waitable {
  readonly asyncForm = "joinAsync";
  readonly #queue: Ends<unknown>;
  readonly #look: () => number;
  #seen = UNFINISHED;

  constructor(queue: Ends<unknown>, look: () => number) {
    this.#queue = queue;
    this.#look = look;
  }

  /** Blocks until it is over; false if the time ran out first. */
  wait(timeout: number): boolean {
    if (!this.#isOver() && timeout > 0) this.#line().wait(new Deadline(timeout));
    return this.#result();
  }

  async waitAsync(timeout: number, signal: AbortSignal | undefined): Promise<boolean> {
    if (!this.#isOver() && timeout > 0) await this.#line().waitAsync(new Deadline(timeout), signal);
    return this.#result();
  }

  admit(): boolean {
    this.#queue.mark(JOINERS, true);
    return this.#isOver();
  }

  changed(empty: boolean): boolean {
    this.#queue.mark(JOINERS, !empty);
    return false;
  }

  passOn(): void {}

  toString(): string {
    return this.#queue.toString();
  }

  #isOver(): boolean {
    this.#seen = this.#look();
    return this.#seen !== UNFINISHED;
  }

  #line(): WaitQueue {
    return new WaitQueue(this.#queue.arena.agent, this.#queue.base + JOINERS, this);
  }

  #result(): boolean {
    if (this.#seen !== ABANDONED) return this.#seen === ALL_DONE;
    throw new OwnerDiedError(`all who had unfinished tasks of ${this.#queue} died: taskDone() takes them off`);
  }
}
