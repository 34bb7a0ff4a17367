// The rounds of a barrier: what the agents share of it, and how each round ends for everybody in the same way.
//
// Who arrives takes a ticket, in one step and without a lock; the tickets of a round are as many as there are parties, and a round is over
// as soon as its last ticket is taken. A thread looks for that for a moment. Then it stands in the line and sleeps, until who takes the last
// ticket lets it go. Tasks stand there from the beginning, and so does who runs the action. Whatever else becomes of a round is
// decided under the line's lock, when the round is closed, so that nobody takes a ticket any more: a verdict is written first, which
// names the round that it is about, and then carried out, node by node.
//
// Why nobody hangs when an agent dies, in whatever moment. Whoever takes the line's lock begins with `settle`. If what was decided has not
// been carried out, he who should have died: it is done now. If those in the line are of a round that is over, they are let go now. If fewer
// stand there than were put there, one of them has died, for only the dead are taken out uncounted: the barrier breaks. And they are
// counted first and then put into the line, so one who dies in between is missed as well. Who has a ticket and stands in no line
// says so in its slot, and who clears up after it marks the round (see `tickets.ts` of the core). All who wait are woken by a death, and
// settle. So does everyone who comes later: either he sees the mark, or that somebody stood in the line before him.
//
// Why no wake-up is lost. Who is about to stand in the line marks the word, unless the round is over, and the last ticket of a marked
// round is taken under the line's lock: so whoever takes it sees all who stand there. A wait is over when its node stands in no line any more, and that
// is written last. Before it the node's state has changed, on which the waiter sleeps; so it can not fall asleep any more, and who sleeps is
// notified. Who lets others go looks only when the line's lock is free again whether they sleep: they say so before they look at their
// state once more. Should it die before that, its death wakes all.
//
// Why rounds do not mix. All in the line are of one round: who joins it settles first. Who passed finds the round over; who did not
// finds the reason in its own node, where it was written before anybody could take a ticket again. Only while an action runs, when all
// of a round have arrived and none has left, do those who come wait at the door, a second line, and arrive when it opens.

import {
  type Agent,
  announceCount,
  anyPrimitive,
  CLOSED,
  type Deadline,
  LINED,
  park,
  Spin,
  type Waitable,
  type Waiter,
  WaitQueue,
  withdrawCount,
} from "@conc/atomics";
import { Assembly, DOOR } from "./assembly.ts";
import { Door } from "./door.ts";
import { ABORTED, ACTING, brokenBy, CALLED_OFF, NONE, RESET, TIMED_OUT } from "./verdicts.ts";

// Instead of a ticket, of one who has not arrived yet:
/** a round that has all its parties is still there; wait at the door. */
export const AT_THE_DOOR = -1;
/** it would be the last one, and has to bring a waiter with which it can stand in the line while it runs the action. */
export const LEADS = -2;
/** others have come, or the round has ended meanwhile; try again. */
const AGAIN = -3;

/** The rounds of one barrier, as one agent sees them. */
export class Rounds {
  readonly #agent: Agent;
  readonly #door: Door;
  readonly #assembly: Assembly;
  readonly #spin: Spin = new Spin();

  /** @param parties Of a new barrier. */
  constructor(agent: Agent, at: number, name: () => string, parties?: number) {
    const owner: Waitable = { ...anyPrimitive, asyncForm: "waitAsync", toString: name };
    this.#agent = agent;
    this.#door = new Door(agent, at + DOOR, { ...owner, admit: () => this.#isDoorOpen() });
    this.#assembly = new Assembly(new WaitQueue(agent, at, owner), this.#door, parties);
  }

  get parties(): number {
    return this.#assembly.tickets.span;
  }

  /** Begins the wait of a task, or of who runs the action. */
  open(): Waiter {
    return this.#agent.open();
  }

  /**
   * Takes a ticket for this thread, which has to say `leave` afterwards.
   *
   * @param leader With what it waits if it is the last one and there is an action.
   * @returns The ticket; or AT_THE_DOOR or LEADS, and then it has not arrived.
   * @throws {BrokenBarrierError} If the barrier is broken.
   * @throws {BlockingNotAllowedError} If it would have to wait, and must not.
   */
  arrive(hasAction: boolean, leader?: Waiter): number {
    const assembly = this.#assembly;
    for (;;) {
      // A guess: read plainly, which costs a fraction of `Atomics.load`. Who acts on it finds out whether it is right.
      const word = assembly.words[assembly.at] as number;
      let ticket: number;
      if (word >= 0 && !this.isLast(word)) ticket = this.#take(word);
      else if (word >= 0 && hasAction && !leader) ticket = LEADS;
      else if (hasAction || (word & (CLOSED | LINED)) !== 0) ticket = this.#arriveUnderLock(hasAction, leader);
      else ticket = this.#takeLast(word);
      if (ticket !== AGAIN) return ticket;
    }
  }

  /** As {@link arrive}, for one that does not block: it stands in the line then, unless the round is complete. */
  arriveAsync(waiter: Waiter, hasAction: boolean): number {
    return this.#underLock(() => {
      for (;;) {
        const { word } = this.#assembly;
        const takes = word >= 0 && !this.isLast(word);
        const ticket = takes ? this.#takeAsync(word, waiter) : this.#finish(word, hasAction ? waiter : undefined);
        if (ticket !== AGAIN) return ticket;
      }
    });
  }

  /** Says that this thread does not wait with a ticket any more: from now on others may use its node in other ways. */
  leave(): void {
    withdrawCount(this.#agent);
  }

  /** Which of its round a ticket is, from 0. */
  indexOf(ticket: number): number {
    return this.#assembly.tickets.indexOf(ticket);
  }

  /** Whether a ticket is the last one of its round. */
  isLast(ticket: number): boolean {
    return this.indexOf(ticket) + 1 === this.parties;
  }

  /** Looks for a moment whether the round of a ticket is complete. */
  looksComplete(ticket: number): boolean {
    const { tickets, words, at } = this.#assembly;
    const round = tickets.groupOf(ticket);
    let word = round;
    const over = this.#spin.until(() => {
      word = Atomics.load(words, at);
      return !tickets.isOpen(word, round);
    });
    return over && word >= 0;
  }

  /** Puts this thread, which has a ticket, into the line; false if the round is over. */
  standIn(ticket: number): boolean {
    const assembly = this.#assembly;
    const round = assembly.tickets.groupOf(ticket);
    return this.#underLock(() => assembly.isOn(round) && assembly.lineUp(this.#agent.self, round));
  }

  /** Whether a waiter stands in the line. */
  isIn(waiter: Waiter): boolean {
    return waiter.queue !== 0;
  }

  /** Whether a waiter whose wait is over has passed. */
  hasPassed({ node }: Waiter): boolean {
    return this.#assembly.refusalOf(node) === NONE;
  }

  /**
   * What the wait of one who waits no more comes to: its index.
   *
   * @throws {BrokenBarrierError} If it was refused.
   */
  pass(waiter: Waiter, ticket: number): number {
    const reason = this.#assembly.refusalOf(waiter.node);
    if (reason !== NONE) throw brokenBy(reason);
    return this.indexOf(ticket);
  }

  /** Blocks while a waiter of this thread is told nothing, or not for so long; may return early for no reason. */
  rest(timeout: number): void {
    park(this.#agent, timeout);
  }

  /** What a waiter does that was signalled. */
  lookAgain(waiter: Waiter): void {
    // First of all: a signal from now on is for what is not seen here.
    waiter.waitOn();
    this.#look();
  }

  /** How many have arrived and wait; out of date as soon as read. */
  get waiting(): number {
    const assembly = this.#assembly;
    return this.#underLock(() => {
      const { word } = assembly;
      if (word >= 0) return assembly.tickets.indexOf(word);
      return assembly.verdictOn(word) === ACTING ? this.parties : 0;
    });
  }

  /** Whether it is broken; out of date as soon as read. */
  get isBroken(): boolean {
    return this.#underLock(() => this.#assembly.word < 0 && !this.#acts);
  }

  /** Ends the round of a ticket, PASSING or for some reason, unless it is over. */
  end(ticket: number, verdict: number): void {
    const assembly = this.#assembly;
    const round = assembly.tickets.groupOf(ticket);
    this.#underLock(() => {
      if (assembly.isOn(round)) assembly.decide(round, verdict);
    });
  }

  /** Breaks the barrier, for those who wait and those who come. */
  abort(): void {
    this.#underLock(() => this.#break(ABORTED));
  }

  /** Begins anew; those who wait are refused. */
  reset(): void {
    const assembly = this.#assembly;
    this.#underLock(() => {
      this.#door.doom = NONE;
      while (!assembly.decide(assembly.tickets.groupOf(assembly.word), RESET));
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

  #giveUpAtDoor(reason: number): never {
    this.#breakNext(reason);
    throw brokenBy(reason);
  }

  /** Breaks the round for which somebody waited at the door; that is the present one, if the door has been opened. */
  #breakNext(reason: number): void {
    this.#underLock(() => {
      if (this.#acts) this.#door.doom = reason;
      else this.#break(reason);
    });
    this.#door.open();
  }

  /** Whether one who stands at the door should arrive, or learn that the next round is broken. */
  #isDoorOpen(): boolean {
    // If this finds that the action's thread has died, its death has all at the door look, too.
    return this.#underLock(() => !this.#acts || this.#door.doom !== NONE, false);
  }

  /** Takes the ticket of the word, and says before that this thread waits with it; or AGAIN. */
  #take(word: number): number {
    this.#agent.mayBlock("waitAsync");
    this.#announce(this.#assembly.tickets.groupOf(word));
    if (this.#change(word, word + 1)) return word;
    this.leave();
    return AGAIN;
  }

  #announce(round: number): void {
    announceCount(this.#agent, this.#assembly.at, round, this.parties);
  }

  /** Takes the last ticket of a round; if somebody stands in the line, under its lock. */
  #takeLast(word: number): number {
    const { tickets } = this.#assembly;
    return this.#change(word, tickets.groupAfter(tickets.groupOf(word))) ? word : AGAIN;
  }

  #change(word: number, next: number): boolean {
    const { words, at } = this.#assembly;
    return Atomics.compareExchange(words, at, word, next) === word;
  }

  /** The long way for a thread: if no tickets are given out, or the last one can not be taken without the lock. */
  #arriveUnderLock(hasAction: boolean, leader: Waiter | undefined): number {
    return this.#underLock(() => {
      const { word } = this.#assembly;
      const isShort = word >= 0 && (!this.isLast(word) || (hasAction && !leader));
      return isShort ? AGAIN : this.#finish(word, leader);
    });
  }

  #look(): void {
    this.#underLock(() => {});
  }

  /**
   * Does something under the line's lock, when all is settled; and then wakes who was told something, also at the door if the action is over.
   *
   * @param isDoorFree Whether nobody in the call holds the lock of the door.
   */
  #underLock<T>(act: () => T, isDoorFree = true): T {
    const assembly = this.#assembly;
    assembly.lock();
    let acted = false;
    try {
      acted = this.#acts;
      assembly.settle();
      return act();
    } finally {
      const opens = isDoorFree && acted && !this.#acts;
      assembly.unlock();
      if (opens) this.#door.open();
    }
  }

  // What follows needs the line's lock.

  /** What one finds who comes when no tickets are given out. */
  #findClosed(): number {
    const assembly = this.#assembly;
    assembly.settle();
    const { word } = assembly;
    if (word >= 0) return AGAIN;
    const verdict = assembly.verdictOn(word);
    const reason = verdict === ACTING ? this.#door.doom : -verdict;
    if (reason !== NONE) throw brokenBy(reason);
    return AT_THE_DOOR;
  }

  /** Takes the ticket of the word for a task, and puts it into the line. */
  #takeAsync(word: number, waiter: Waiter): number {
    const round = this.#assembly.tickets.groupOf(word);
    // Until it stands in the line.
    this.#announce(round);
    const taken = this.#change(word, word + 1);
    if (taken) this.#assembly.lineUp(waiter, round);
    this.leave();
    return taken ? word : AGAIN;
  }

  /**
   * Arrives as the last one of a round, or finds that no tickets are given out.
   *
   * @param leader Who stands in the line while the action runs, if there is one.
   */
  #finish(word: number, leader: Waiter | undefined): number {
    const assembly = this.#assembly;
    if (word < 0) return this.#findClosed();
    if (leader) {
      const round = assembly.tickets.groupOf(word);
      assembly.lineUp(leader, round);
      assembly.act(round);
      return word;
    }
    const ticket = this.#takeLast(word);
    if (ticket !== AGAIN) assembly.letGo();
    return ticket;
  }

  get #acts(): boolean {
    return this.#assembly.verdictOn(this.#assembly.word) === ACTING;
  }

  /** Breaks the present round, unless it is broken. */
  #break(reason: number): void {
    const assembly = this.#assembly;
    for (let { word } = assembly; word >= 0 || assembly.verdictOn(word) === ACTING; word = assembly.word) {
      assembly.decide(assembly.tickets.groupOf(word), reason);
    }
  }
}
