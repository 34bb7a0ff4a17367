// An agent of an exploration. Its program can not be stopped and gone on with, nor copied: so it is run again from its start, and
// what it learnt the times before is answered from its history, until it comes to what it has not done yet. That is needed only where
// nobody knows what it does next.

import { type Ended, History } from "./history.ts";
import type { Kind, Operation } from "./operation.ts";
import type { Program, Shared } from "./scenario.ts";
import { mix, SEED1 } from "./simulated-memory.ts";
import type { Stage } from "./world.ts";

/**
 * - `unborn`: begins when another one has died
 * - `awake`: may go on, its history says how
 * - `ready`: is about to do `pending`
 * - `asleep`: waits on a word
 * - `idle`: waits for an event
 * - `done`: its program has ended
 * - `dead`: it was killed
 */
export type Status = "unborn" | "awake" | "ready" | "asleep" | "idle" | "done" | "dead";
const NUMBERS: Readonly<Record<Status, number>> = {
  unborn: 0,
  awake: 1,
  ready: 2,
  asleep: 3,
  idle: 4,
  done: 5,
  dead: 6,
};

/** A timer that runs. */
export interface Timer {
  readonly event: number;
  readonly at: number;
}

/** An async wait for a word. */
export interface Watch {
  readonly event: number;
  readonly index: number;
  /** Its place among all who wait. */
  readonly since: number;
  readonly fired: boolean;
}

/** How far an agent has come: all that has to be put back to take another branch. */
export interface Progress {
  status: Status;
  pending: Operation | undefined;
  /** Since when it sleeps, among all who wait. */
  since: number;
  /** When its sleep runs out. */
  until: number;
  history: History;
  /** How many events it has been promised. */
  events: number;
  /** The bits of the spin locks that it holds. */
  locks: number;
  timers: readonly Timer[];
  watches: readonly Watch[];
  ended: Ended | undefined;
}

/** What an agent throws to get out of its program, which will be run again. */
export const SUSPENDED: Error = new Error("suspended by the checker of interleavings; to be caught by nobody");

export class Actor<S extends Shared<S>> {
  readonly name: string;
  readonly number: number;
  readonly id: number;
  readonly run: Program<S>;
  readonly mortal: boolean;
  readonly buries: string | undefined;
  readonly stage: Stage<S>;
  progress: Progress;

  // The present run of the program.
  /** What it has to be told again. */
  past: readonly History[] = [];
  /** How much of that it was told. */
  position = 0;
  suspended = false;
  /** May do its next operation without asking. */
  permitted = false;
  /** What to call when events come. */
  readonly callbacks: Map<number, () => void> = new Map();
  usesMicrotasks = false;
  /** The last word looked at, and the value seen there, if nothing was done since. */
  seenIndex = -1;
  seenValue = 0;

  constructor(
    name: string,
    number: number,
    id: number,
    stage: Stage<S>,
    options: { run: Program<S>; mortal?: boolean; buries?: string },
  ) {
    this.name = name;
    this.number = number;
    this.id = id;
    this.stage = stage;
    this.run = options.run;
    this.mortal = options.mortal ?? false;
    this.buries = options.buries;
    this.progress = {
      status: this.buries === undefined ? "awake" : "unborn",
      pending: undefined,
      since: 0,
      until: 0,
      history: new History(),
      events: 0,
      locks: 0,
      timers: [],
      watches: [],
      ended: undefined,
    };
  }

  /** Prepares to run the program from its start. */
  rewind(): void {
    this.past = this.progress.history.path;
    this.position = 0;
    this.suspended = false;
    this.callbacks.clear();
    this.usesMicrotasks = false;
  }

  /** Writes down what came of what it did, or which event came to it. */
  learn(result: number): void {
    this.progress.history = this.progress.history.and(result);
  }

  /** What came of the operation that the program comes to, if it has done it before. */
  repeat(kind: Kind, index: number): number | undefined {
    const learnt = this.past[this.position];
    if (!learnt) return undefined;
    const then = learnt.from;
    if (then.kind !== kind || then.index !== index) {
      throw new Error(
        `the program of ${this.name} is not deterministic: after the same ${this.position} operations it came to ${kind} of word ${index}, ` +
          `the first time to ${then.kind} of word ${then.index}`,
      );
    }
    this.position++;
    return learnt.result;
  }

  /** Remembers what to call when the event comes that it was promised last. */
  onEvent(callback: () => void): void {
    this.callbacks.set(this.callbacks.size + 1, callback);
  }

  /** The program has ended. */
  finish(ended: Ended): void {
    this.progress.status = "done";
    this.progress.ended = ended;
  }

  /** A number that is the same whenever this agent will do the same. */
  hash(before: number, seed: number, rank: number): number {
    const { status, history, watches, ended } = this.progress;
    if (status === "dead") return mix(before, -1, seed);
    // Once nothing can come to it any more, only its result counts.
    const known = status === "done" && watches.length === 0 ? (ended as Ended) : history;
    let hash = mix(before, NUMBERS[status], seed);
    hash = mix(hash, seed === SEED1 ? known.hash1 : known.hash2, seed);
    if (rank > 0) hash = mix(hash, rank, seed);
    for (const { event, fired } of watches) hash = mix(hash, event * 2 + Number(fired), seed);
    return hash;
  }
}
