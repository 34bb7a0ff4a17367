import {
  ArenaObject,
  check,
  checkMilliseconds,
  checkOptionNames,
  checkWait,
  Deadline,
  InvalidStateError,
  type Packed,
  Place,
  registerType,
  SPAN_MAX,
  unpack,
  type Wait,
  type WaitAsync,
  type Waiter,
} from "@conc/atomics";
import { Action } from "./action.ts";
import { BARRIER_BYTES } from "./assembly.ts";
import { AT_THE_DOOR, Rounds } from "./rounds.ts";
import { untilOver, untilOverAsync } from "./waiting.ts";

const NEVER = new Deadline();

/** What a barrier can be given. */
export interface BarrierOptions {
  /**
   * Called once in each round, by the last party to arrive, before anyone goes on. If it returns a promise, that is awaited; the last
   * party has to use `waitAsync` then. To be used from other threads it has to be registered with `tasks`.
   */
  readonly action?: (() => unknown) | undefined;
  /** The longest wait of those who do not say how long they wait, in milliseconds; for ever if left out. */
  readonly timeout?: number | undefined;
}

/**
 * Lets threads and async tasks wait for each other: when so many have arrived, all go on.
 *
 * It can be used again at once, by the same parties or others: who comes back early waits for the next round. More than are needed
 * are served in groups. Either all of a round go on, or all get a {@link BrokenBarrierError}: when a wait times out or is aborted, the action
 * throws, {@link abort} is called, or a party dies while it waits, by whatever cause. One that dies before it has arrived can not be
 * known: for that there is `timeout`. What was written before `wait` is seen by all parties after it.
 *
 * @example
 * const barrier = new Barrier(5);
 * // in each of five threads
 * const index = barrier.wait(); // 0 to 4, in the order in which they came
 * if (index === 0) console.log("all are here");
 *
 * @see CPython `threading.Barrier`. A round that is complete is not broken afterwards, as in Java's `CyclicBarrier`.
 */
export class Barrier extends ArenaObject {
  readonly #rounds: Rounds;
  readonly #action: Action | undefined;
  readonly #timeout: number;

  /**
   * @param parties How many have to arrive: an integer from 1 to 2^26.
   * @throws {TypeError} If it is not a number, the action no function, or the timeout not a number; or if an option is unknown.
   * @throws {RangeError} If it is not such an integer, or the timeout is out of range.
   */
  constructor(parties: number, options?: BarrierOptions);
  constructor(parties: number | Place, options: BarrierOptions = {}) {
    const isNew = !(parties instanceof Place);
    if (isNew) checkArguments(parties, options);
    super(BARRIER_BYTES, isNew ? undefined : parties);
    this.#action = options.action && new Action(options.action);
    this.#timeout = options.timeout ?? Number.POSITIVE_INFINITY;
    this.#rounds = new Rounds(this.agent, this.base, () => this.toString(), isNew ? parties : undefined);
  }

  get [Symbol.toStringTag](): string {
    return "Barrier";
  }

  /** How many have to arrive. */
  get parties(): number {
    return this.#rounds.parties;
  }

  /** How many have arrived and wait for the others; 0 if it is broken. Out of date as soon as read. */
  get waiting(): number {
    return this.#rounds.waiting;
  }

  /** Whether it is broken; out of date as soon as read. */
  get broken(): boolean {
    return this.#rounds.isBroken;
  }

  /**
   * Blocks until all parties have arrived.
   *
   * @param options.timeout Longest wait in milliseconds, the action included; the barrier's own if left out. When it has run out the
   * barrier breaks; so it does at once for 0, unless this party is the last one.
   * @returns The index of this party in the order of arrival, from 0 to `parties - 1`: different for all of a round.
   * @throws {TypeError | RangeError} If the options are wrong, checked before anything else; the barrier does not break.
   * @throws {BrokenBarrierError} If the barrier is broken, breaks or is reset meanwhile.
   * @throws {BlockingNotAllowedError} On a browser's main thread, if it would have to wait.
   * @throws {InvalidStateError} If called by the action.
   * @throws What the action throws, if this party runs it. A promise that it returns is a TypeError.
   */
  wait(options?: Wait): number {
    const deadline = this.#begin(options);
    const rounds = this.#rounds;
    const action = this.#action;
    let leader: Waiter | undefined;
    try {
      let ticket = rounds.arrive(action !== undefined);
      while (ticket < 0) {
        if (ticket === AT_THE_DOOR) rounds.waitAtDoor(deadline);
        // Not with the thread's own node, for which there may be another use while it runs the action.
        else leader ??= rounds.open();
        ticket = rounds.arrive(action !== undefined, leader);
      }
      const { self } = this.agent;
      if (!rounds.isLast(ticket)) {
        untilOver(rounds, self, ticket, deadline);
        return rounds.pass(self, ticket);
      }
      if (!action) return rounds.indexOf(ticket);
      action.lead(rounds, ticket);
      return rounds.pass(leader as Waiter, ticket);
    } finally {
      rounds.leave();
      if (leader) this.agent.close(leader);
    }
  }

  /**
   * As {@link wait}, without blocking the thread; the program stays alive until the promise settles.
   *
   * @param options.signal Aborts the wait, and breaks the barrier for the others: the promise rejects with `signal.reason`. One that
   * is aborted from the beginning breaks nothing, and one that comes when all have passed is too late.
   */
  async waitAsync(options?: WaitAsync): Promise<number> {
    const deadline = this.#begin(options);
    const signal = options?.signal;
    signal?.throwIfAborted();
    const rounds = this.#rounds;
    const action = this.#action;
    const waiter = rounds.open();
    let failure: Failure | undefined;
    try {
      let ticket = rounds.arriveAsync(waiter, action !== undefined);
      while (ticket < 0) {
        await rounds.waitAtDoorAsync(deadline, signal);
        // Aborted when the door had let it go already, of which only the signal tells. It has not arrived, so no round has passed with it.
        if (signal?.aborted) {
          rounds.callOffNext();
          throw signal.reason;
        }
        ticket = rounds.arriveAsync(waiter, action !== undefined);
      }
      if (rounds.isLast(ticket)) {
        if (!action) return rounds.indexOf(ticket);
        action.leadAsync(rounds, ticket, (error) => {
          failure = { error };
        });
      }
      await untilOverAsync(rounds, waiter, ticket, deadline, signal);
      if (failure) throw failure.error;
      if (signal?.aborted && !rounds.hasPassed(waiter)) throw signal.reason;
      return rounds.pass(waiter, ticket);
    } finally {
      this.agent.close(waiter);
    }
  }

  /** Refuses all who wait, with a {@link BrokenBarrierError}, and makes the barrier usable again if it was broken. */
  reset(): void {
    this.#rounds.reset();
  }

  /** Breaks the barrier: all who wait, and all who come until it is reset, get a {@link BrokenBarrierError}. */
  abort(): void {
    this.#rounds.abort();
  }

  override get handleFields(): Record<string, unknown> {
    const timeout = this.#timeout === Number.POSITIVE_INFINITY ? undefined : this.#timeout;
    return { timeout, ...this.#action?.pack() };
  }

  protected override describe(): string {
    return this.broken ? "broken" : `waiters=${this.waiting}/${this.parties}`;
  }

  /** What comes before anything else. */
  #begin(options: Wait | undefined): Deadline {
    const timeout = checkWait(options);
    const own = options?.timeout === undefined ? this.#timeout : timeout;
    if (this.#action?.isRunning)
      throw new InvalidStateError("the action of a barrier can not wait at it: nobody goes on before it has ended");
    return own === Number.POSITIVE_INFINITY ? NEVER : new Deadline(own);
  }
}

interface Failure {
  readonly error: unknown;
}

function checkArguments(parties: number, options: BarrierOptions): void {
  check("parties", parties, "number");
  if (!Number.isInteger(parties) || parties < 1 || parties > SPAN_MAX) {
    throw new RangeError(`parties must be an integer from 1 to ${SPAN_MAX}, got ${parties}`);
  }
  checkOptionNames(options, "action, timeout");
  if (options.action !== undefined) check("action", options.action, "function");
  if (options.timeout !== undefined) checkMilliseconds("timeout", options.timeout);
}

registerType("Barrier", {
  module: import.meta.url,
  make(place, { action, timeout }) {
    const Viewed = Barrier as unknown as new (place: Place, options: BarrierOptions) => Barrier;
    return new Viewed(place, {
      timeout: timeout as number | undefined,
      action: action === undefined ? undefined : (unpack(action as Packed) as () => unknown),
    });
  },
});
