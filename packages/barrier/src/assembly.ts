// Who has come to a barrier, and what was decided of them. Whatever is done here needs the line's lock; only tickets are taken
// without it. See `rounds.ts` for how it all fits together.

import {
  type Agent,
  BEREFT,
  CLOSED,
  countedIn,
  grantAll,
  LINED,
  lengthOf,
  mark,
  NODE_TASK,
  QUEUE_WORDS,
  rouse,
  SIGNALLED,
  Tickets,
  type Waiter,
  type WaitQueue,
} from "@conc/atomics";
import type { Door } from "./door.ts";
import { ACTING, DIED, NONE, PASSING, RESET } from "./verdicts.ts";

// The struct: the line, whose value is the word of the tickets; the door and its value; and
export const DOOR: number = QUEUE_WORDS;
const PARTIES = 2 * QUEUE_WORDS;
/** What was decided, and of which round: of another one it says nothing. */
const VERDICT = PARTIES + 1;
const VERDICT_ROUND = PARTIES + 2;
/** How many stand in the line, if nobody has died, and of which round they are. */
const LENGTH = PARTIES + 3;
const LENGTH_ROUND = PARTIES + 4;
export const BARRIER_BYTES: number = (LENGTH_ROUND + 1) * 4;

/** The parties of a barrier, as one agent sees them. */
export class Assembly {
  readonly tickets: Tickets;
  readonly at: number;
  readonly #agent: Agent;
  readonly #line: WaitQueue;
  readonly #door: Door;
  /** What has to be woken once the line's lock is free, and the threads that were let go. */
  readonly #woken: number[] = [];
  readonly #passing: number[] = [];

  /** @param parties Of a new barrier. */
  constructor(line: WaitQueue, door: Door, parties?: number) {
    const { agent, at } = line;
    const words = agent.heap.reach(at);
    if (parties !== undefined) words[at + PARTIES] = parties;
    this.tickets = new Tickets(words[at + PARTIES] as number);
    this.at = at;
    this.#agent = agent;
    this.#line = line;
    this.#door = door;
  }

  get words(): Int32Array {
    return this.#agent.heap.reach(this.at);
  }

  /** The word of the tickets. */
  get word(): number {
    return Atomics.load(this.words, this.at);
  }

  lock(): void {
    this.#line.lock();
  }

  /** Gives the lock back, and wakes who was told something under it. */
  unlock(): void {
    this.#line.unlock(this.#woken.splice(0));
    rouse(this.#agent, this.#passing.splice(0));
  }

  /** What was decided of the round that the word shows. */
  verdictOn(word: number): number {
    const { words, at } = this;
    const decided = word < 0 && words[at + VERDICT_ROUND] === this.tickets.groupOf(word);
    return decided ? (words[at + VERDICT] as number) : NONE;
  }

  /** Finishes what was left half done, and finds whether a party has died. */
  settle(): void {
    const { words, at, word, tickets } = this;
    const round = tickets.groupOf(word);
    if (words[at + LENGTH] !== 0 && words[at + LENGTH_ROUND] !== round) this.letGo();
    const verdict = this.verdictOn(word);
    if (verdict < NONE) {
      this.#carryOut(round, verdict);
    } else if (word < 0 && verdict === NONE) {
      this.decide(round, this.#door.doom || DIED);
    } else if ((verdict === ACTING && (word & BEREFT) !== 0) || this.#misses()) {
      // Unless the round became complete meanwhile.
      if (!this.decide(round, DIED)) this.settle();
    }
  }

  /** Whether a round is neither complete nor broken, or its action runs. */
  isOn(round: number): boolean {
    const { word, tickets } = this;
    if (word >= 0) return tickets.isOpen(word, round);
    if (this.verdictOn(word) === ACTING) return tickets.groupOf(word) === round;
    // It may have been closed just now, for somebody has died.
    this.settle();
    return false;
  }

  /** Puts one who has a ticket of a round into the line; false if the round has become complete. */
  lineUp(waiter: Waiter, round: number): boolean {
    const { words, at } = this;
    // Those in the line may be of another round, which is over.
    if (words[at + LENGTH_ROUND] !== round) this.letGo();
    waiter.begin(NONE);
    words[at + LENGTH_ROUND] = round;
    Atomics.add(words, at + LENGTH, 1);
    // From now on the last ticket is taken under the lock.
    const inTime = this.#mark(round, LINED);
    if (inTime) this.#line.push(waiter.node);
    else this.letGo();
    return inTime;
  }

  /** Has a round go on, all of whose parties have come, until the action has run. */
  act(round: number): void {
    this.#mark(round, CLOSED);
    this.#setVerdict(round, ACTING);
  }

  /** Decides what becomes of a round, and carries it out; false if it is complete. */
  decide(round: number, verdict: number): boolean {
    if (!this.#mark(round, CLOSED)) return false;
    this.#setVerdict(round, verdict);
    this.#carryOut(round, verdict);
    return true;
  }

  /** Lets all go who stand in the line. */
  letGo(): void {
    this.#woken.push(...grantAll(this.#line, this.#passing));
    this.#forgetLength();
  }

  /** Why the waiter of a node was refused, if it was. */
  refusalOf(node: number): number {
    // Written before the waiter could see that its wait is over.
    return this.#agent.heap.reach(node)[node + NODE_TASK] as number;
  }

  #carryOut(round: number, verdict: number): void {
    if (verdict === PASSING) {
      this.letGo();
      this.#begin(round, this.#door.doom);
      return;
    }
    for (const node of countedIn(this.#agent, this.at, round)) this.#refuse(node, verdict);
    for (let { first } = this.#line; first !== 0; first = this.#line.first) {
      this.#refuse(first, verdict);
      this.#woken.push(this.#line.tell(first, SIGNALLED));
      this.#line.remove(first);
    }
    this.#forgetLength();
    if (verdict === RESET) this.#begin(round, NONE);
    else this.#setVerdict(round, -verdict);
  }

  /** Gives out the tickets of the round after one; or none, if it is broken already. */
  #begin(round: number, doom: number): void {
    const next = this.tickets.groupAfter(round);
    Atomics.store(this.words, this.at, doom === NONE ? next : next | CLOSED);
    // There will be a round with the same tickets.
    this.words[this.at + VERDICT] = NONE;
  }

  #refuse(node: number, reason: number): void {
    this.#agent.heap.reach(node)[node + NODE_TASK] = reason;
  }

  /** Whether one of those who were put into the line has died. */
  #misses(): boolean {
    return lengthOf(this.#line) < (this.words[this.at + LENGTH] as number);
  }

  #forgetLength(): void {
    Atomics.store(this.words, this.at + LENGTH, 0);
  }

  #setVerdict(round: number, verdict: number): void {
    const { words, at } = this;
    Atomics.store(words, at + VERDICT, verdict);
    Atomics.store(words, at + VERDICT_ROUND, round);
  }

  #mark(round: number, marks: number): boolean {
    return mark(this.words, this.at, round, this.tickets.span, marks);
  }
}
