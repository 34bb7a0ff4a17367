// An agent of an exploration. Its program can not be stopped and gone on with, nor copied: so it is run again from its start, and
// what it learnt the times before is answered from its log, until it comes to what it has not done yet.

import type { Kind, Operation } from "./operation.ts";
import type { Program, Shared } from "./scenario.ts";
import { mix, SEED1, SEED2 } from "./simulated-memory.ts";
import type { Stage } from "./world.ts";

/**
 * - `unborn`: begins when another one has died
 * - `awake`: may go on, its log says how
 * - `ready`: is about to do `pending`
 * - `asleep`: waits on a word
 * - `idle`: waits for an event
 * - `done`: its program has ended
 * - `dead`: it was killed
 */
export type Status = "unborn" | "awake" | "ready" | "asleep" | "idle" | "done" | "dead";
const STATUSES: readonly Status[] = ["unborn", "awake", "ready", "asleep", "idle", "done", "dead"];

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
  /** How much of the log counts. */
  length: number;
  hash1: number;
  hash2: number;
  /** The bits of the spin locks that it holds. */
  locks: number;
  timers: readonly Timer[];
  watches: readonly Watch[];
  result: unknown;
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

  // The log: what it did, and what came of it.
  readonly kinds: Kind[] = [];
  readonly indexes: number[] = [];
  readonly results: number[] = [];

  // The present run.
  /** How much of the log has been repeated. */
  position = 0;
  suspended = false;
  /** May do its next operation without asking. */
  permitted = false;
  /** What to call when events come. */
  readonly callbacks: Map<number, () => void> = new Map();
  events = 0;
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
    this.progress = this.#beginning();
  }

  /** Forgets everything. */
  reset(): void {
    this.progress = this.#beginning();
  }

  #beginning(): Progress {
    return {
      status: this.buries === undefined ? "awake" : "unborn",
      pending: undefined,
      since: 0,
      until: 0,
      length: 0,
      hash1: 0,
      hash2: 0,
      locks: 0,
      timers: [],
      watches: [],
      result: undefined,
    };
  }

  /** Prepares to run the program from its start. */
  rewind(): void {
    this.position = 0;
    this.suspended = false;
    this.callbacks.clear();
    this.events = 0;
    this.usesMicrotasks = false;
    this.seenIndex = -1;
  }

  /** Writes down what came of an operation. */
  record(kind: Kind, index: number, result: number): void {
    const { progress } = this;
    const at = progress.length++;
    this.kinds[at] = kind;
    this.indexes[at] = index;
    this.results[at] = result;
    progress.hash1 = mix(progress.hash1, result, SEED1);
    progress.hash2 = mix(progress.hash2, result, SEED2);
  }

  /** What came of the operation that the program comes to, if it has done it before. */
  repeat(kind: Kind, index: number): number | undefined {
    const at = this.position;
    if (at >= this.progress.length) return undefined;
    if (this.kinds[at] !== kind || this.indexes[at] !== index) {
      throw new Error(
        `the program of ${this.name} is not deterministic: after the same ${at} operations it came to ${kind} of word ${index}, ` +
          `the first time to ${this.kinds[at]} of word ${this.indexes[at]}`,
      );
    }
    this.position++;
    return this.results[at] as number;
  }

  /** The program has ended: only its result counts from now on. */
  finish(result: unknown): void {
    const { progress } = this;
    progress.status = "done";
    progress.result = result;
    if (progress.watches.length > 0) return;
    progress.length = 0;
    const text = result instanceof Error ? String(result) : (JSON.stringify(result) ?? "");
    progress.hash1 = 0;
    progress.hash2 = 0;
    for (let index = 0; index < text.length; index++) {
      progress.hash1 = mix(progress.hash1, text.charCodeAt(index), SEED1);
      progress.hash2 = mix(progress.hash2, text.charCodeAt(index), SEED2);
    }
  }

  /** A number that is the same whenever this agent will do the same. */
  hash(before: number, seed: number, rank: number): number {
    const { status, length, hash1, hash2, watches } = this.progress;
    if (status === "dead") return mix(before, -1, seed);
    let hash = mix(before, STATUSES.indexOf(status) + length * 8, seed);
    hash = mix(hash, seed === SEED1 ? hash1 : hash2, seed);
    if (rank > 0) hash = mix(hash, rank, seed);
    for (const { event, fired } of watches) hash = mix(hash, event * 2 + Number(fired), seed);
    return hash;
  }
}
