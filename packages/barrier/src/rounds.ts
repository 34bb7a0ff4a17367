// The rounds of a barrier: what the agents share of it, and how each round ends for everybody in the same way.
//
// A party that arrives is counted and put into the line, both under the line's lock. The value is that count or, below zero, what is to
// become of all who stand in the line: they pass, or are refused. That is written first and then carried out, node by node.
//
// Why nobody hangs when an agent dies, in whatever moment. Whoever takes the line's lock begins with `#settle`. If what was decided has not
// been carried out, he who should have died: it is done now. If fewer stand in the line than were counted, one of them has died, for only
// the dead are taken out uncounted: the barrier breaks. And it is counted first and then put into the line, so one who dies in between
// is missed as well. All who wait are woken by a death, and settle. So does everyone who comes later.
//
// Why no wake-up is lost. A wait is over when its node stands in no line any more, and that is written last. Before it the node's state
// has changed, on which the waiter sleeps; so it can not fall asleep any more, and who sleeps is notified. Who lets others go looks only when
// the line's lock is free again whether they sleep: they say so before they look at their state once more. Should it die before that, its
// death wakes all.
//
// Why rounds do not mix. What a round came to is in the nodes of its waiters, not in the value: *granted* or not. A slow waiter finds it
// there, whatever the barrier has been through since; a fast one that comes again is counted anew. Only while an action runs, when all
// of a round have arrived and none has left, do those who come wait at the door, a second line, and arrive when it opens.

import {
  type Agent,
  anyPrimitive,
  type Deadline,
  GRANTED,
  grantAll,
  lengthOf,
  NODE_TASK,
  QUEUE_WORDS,
  rouse,
  SIGNALLED,
  type Waitable,
  type Waiter,
  WaitQueue,
} from "@conc/atomics";
import { Door } from "./door.ts";
import { ABORTED, brokenBy, CALLED_OFF, DIED, PASSING, RESET, TIMED_OUT } from "./verdicts.ts";

// The value: how many have arrived; or, below EMPTY, what becomes of all who stand in the line. A reason for which they are refused
// stays, and so is everyone refused who comes; unless it was a reset.
const EMPTY = 0;

// Instead of an index, of one who has not arrived yet:
/** a round that has all its parties is still there; wait at the door. */
export const AT_THE_DOOR = -1;
/** it would be the last one, and has to bring a waiter with which it can stand in the line while it runs the action. */
export const LEADS = -2;

// The struct: the line and its value; the door and its value; and
const DOOR = QUEUE_WORDS;
const PARTIES = 2 * QUEUE_WORDS;
export const ROUNDS_BYTES: number = (PARTIES + 1) * 4;

/** The rounds of one barrier, as one agent sees them. */
export class Rounds {
  readonly parties: number;
  readonly #agent: Agent;
  readonly #at: number;
  readonly #line: WaitQueue;
  readonly #door: Door;
  /** The threads that were let go, and have to be roused once the line's lock is free. */
  readonly #passing: number[] = [];

  /** @param parties Of a new barrier. */
  constructor(agent: Agent, at: number, name: () => string, parties?: number) {
    const words = agent.heap.reach(at);
    if (parties !== undefined) words[at + PARTIES] = parties;
    this.parties = words[at + PARTIES] as number;
    this.#agent = agent;
    this.#at = at;
    const owner: Waitable = { ...anyPrimitive, asyncForm: "waitAsync", toString: name };
    this.#line = new WaitQueue(agent, at, owner);
    this.#door = new Door(agent, at + DOOR, { ...owner, admit: () => this.#isOpen() });
  }

  /**
   * Counts a party in, and has it stand in the line; the last one of a round without an action lets all pass instead.
   *
   * @param waiter With what it waits; this thread's own node if it is about to block.
   * @param leader With what it waits if it is the last one and there is an action.
   * @returns Its index; or AT_THE_DOOR or LEADS, and then it has not arrived.
   * @throws {BrokenBarrierError} If the barrier is broken.
   */
  arrive(waiter: Waiter, hasAction: boolean, leader?: Waiter): number {
    const line = this.#line;
    const { self } = this.#agent;
    let woken: number[] = [];
    // Before the lock is taken, lest others wait for that. Not a task's: should it come to the door, nobody must tell its node anything.
    if (waiter === self) self.begin(0);
    line.lock();
    try {
      woken = this.#settle();
      const index = this.#value;
      const next = index === this.parties ? this.#door.doom : index;
      if (next < EMPTY) throw brokenBy(next);
      if (index === this.parties) return AT_THE_DOOR;
      const isLast = index + 1 === this.parties;
      if (isLast && !hasAction) {
        woken = this.#decide(PASSING);
        return index;
      }
      const own = isLast ? leader : waiter;
      if (!own) return LEADS;
      if (own === self) this.#agent.mayBlock("waitAsync");
      else own.begin(0);
      // Who reads it has the lock, too.
      this.#words[this.#at] = index + 1;
      line.push(own.node);
      return index;
    } finally {
      this.#unlock(woken);
    }
  }

  /** Whether a waiter that arrived still waits. */
  isIn(waiter: Waiter): boolean {
    return waiter.queue !== 0;
  }

  /** Whether a waiter whose wait is over has passed. */
  hasPassed(waiter: Waiter): boolean {
    return waiter.state === GRANTED;
  }

  /**
   * What the wait of one who waits no more comes to: its index.
   *
   * @throws {BrokenBarrierError} If it was refused.
   */
  pass(waiter: Waiter, index: number): number {
    if (this.hasPassed(waiter)) return index;
    throw brokenBy(waiter.task);
  }

  /** Blocks while a waiter of this thread is told nothing, or not for so long; may return early for no reason. */
  rest(timeout: number): void {
    this.#line.rest(timeout);
  }

  /** How many of a round have arrived, or below zero why the barrier is broken; out of date as soon as read. */
  look(): number {
    return this.#change((value) => value);
  }

  /** What a waiter does that was signalled. */
  lookAgain(waiter: Waiter): void {
    // First of all: a signal from now on is for what is not seen here.
    waiter.waitOn();
    this.look();
  }

  /** Ends the round of a waiter, PASSING or for some reason, unless it is over. */
  end(waiter: Waiter, verdict: number): void {
    this.#change((value) => (this.isIn(waiter) ? verdict : value));
  }

  /** Breaks the barrier, for those who wait and those who come. */
  abort(): void {
    this.#change((value) => (value < EMPTY ? value : ABORTED));
  }

  /** Begins anew; those who wait are refused. */
  reset(): void {
    this.#change(() => {
      this.#door.doom = EMPTY;
      return RESET;
    });
  }

  /** Blocks until a round has ended that had all its parties. */
  waitAtDoor(deadline: Deadline): void {
    if (!this.#door.wait(deadline)) this.#giveUpAtDoor(TIMED_OUT);
  }

  /** As {@link waitAtDoor}, without blocking. */
  async waitAtDoorAsync(deadline: Deadline, signal?: AbortSignal): Promise<void> {
    const admitted = await this.#door.waitAsync(deadline, signal).catch((error) => {
      this.callOffNext();
      throw error;
    });
    if (!admitted) this.#giveUpAtDoor(TIMED_OUT);
  }

  /** Breaks the round for which somebody waited at the door whose signal is aborted. */
  callOffNext(): void {
    this.#breakNext(CALLED_OFF);
  }

  get #words(): Int32Array {
    return this.#agent.heap.reach(this.#at);
  }

  get #value(): number {
    return Atomics.load(this.#words, this.#at);
  }

  /** Carries out what was decided, and finds whether a party has died. Needs the line's lock. */
  #settle(): number[] {
    const value = this.#value;
    if (value > EMPTY && lengthOf(this.#line) < value) return this.#decide(DIED);
    return value < EMPTY ? this.#carryOut(value) : [];
  }

  /** Needs the line's lock. */
  #decide(verdict: number): number[] {
    Atomics.store(this.#words, this.#at, verdict);
    return this.#carryOut(verdict);
  }

  #carryOut(verdict: number): number[] {
    const line = this.#line;
    if (verdict === PASSING) {
      const told = grantAll(line, this.#passing);
      Atomics.store(this.#words, this.#at, this.#door.doom);
      return told;
    }
    const woken: number[] = [];
    while (line.first !== 0) woken.push(this.#refuse(line.first, verdict));
    if (verdict === RESET) Atomics.store(this.#words, this.#at, EMPTY);
    return woken;
  }

  /** Gives the line's lock back, and wakes who was told something under it. */
  #unlock(woken: number[]): void {
    this.#line.unlock(woken);
    const passing = this.#passing;
    if (passing.length === 0) return;
    rouse(this.#agent, passing);
    passing.length = 0;
  }

  #refuse(node: number, reason: number): number {
    this.#agent.heap.reach(node)[node + NODE_TASK] = reason;
    const woken = this.#line.tell(node, SIGNALLED);
    this.#line.remove(node);
    return woken;
  }

  /** Decides under the line's lock, where `next` sees what has come of it so far; the value afterwards. */
  #change(next: (value: number) => number): number {
    const line = this.#line;
    line.lock();
    const before = this.#value;
    const woken = this.#settle();
    const value = this.#value;
    const verdict = next(value);
    if (verdict !== value) woken.push(...this.#decide(verdict));
    const after = this.#value;
    this.#unlock(woken);
    if (before === this.parties && after !== before) this.#door.open();
    return after;
  }

  /** Whether one who stands at the door should arrive, or learn that the next round is broken. */
  #isOpen(): boolean {
    return this.look() !== this.parties || this.#door.doom < EMPTY;
  }

  #giveUpAtDoor(reason: number): never {
    this.#breakNext(reason);
    throw brokenBy(reason);
  }

  /** Breaks the round for which somebody waited at the door; that is the present one, if the door has been opened. */
  #breakNext(reason: number): void {
    this.#change((value) => {
      if (value !== this.parties) return value < EMPTY ? value : reason;
      this.#door.doom = reason;
      return value;
    });
    this.#door.open();
  }
}
