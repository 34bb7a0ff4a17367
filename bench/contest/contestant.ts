// What a benchmark is made of. A group is a contest: its contestants do the same thing, each in its own way, by turns. A row is one
// line of the table: a contestant of ours, and the marks that it has to reach against others of its group.

import type { AffinityPlan } from "./affinity.ts";

/** The limit that the platform sets, this library, another library, or Python. */
export type Role = "floor" | "ours" | "peer" | "CPython";

/** What a thread of a contestant is given. */
export interface Setup<S = unknown> {
  /** Which of the contestant's threads this is, from 0. */
  readonly index: number;
  /** What `share` made, as this thread sees it. */
  readonly shared: S;
  /** The words with which the threads are started and stopped, see `control.ts`. */
  readonly control: Int32Array;
  /** Turns of `work` that make a section of some 0.9 µs. */
  readonly sectionTurns: number;
}

/** What one thread did in one repetition that ran until it was stopped. */
export interface Tally {
  readonly operations: number;
  /** The longest wait for one acquire, in nanoseconds, where it was measured. */
  readonly longestWait?: number;
}

/**
 * Does the thing `times` times, or until `control` says stop.
 *
 * @returns A number in place of the time it took, in nanoseconds; or a tally, if it ran until it was stopped.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: most return nothing.
export type Run = (times: number) => void | number | Tally | Promise<void | number>;

/** What not every version of Node has, and the first one that has it. */
export interface Requirement {
  readonly what: string;
  readonly node: number;
}

/** A run of one who passes items, and the check that every one arrives. */
export interface CheckedRun {
  readonly run: Run;
  /** Once, after all repetitions: sends items that can be told from each other, and notes what arrives in the shared `arrivals`. */
  readonly check: () => void;
}

export type Prepared = Run | CheckedRun;

/** One who takes part in a contest, in threads that nobody else uses: so nothing is compiled with another's types in mind. */
export interface Contestant {
  readonly name: string;
  readonly role: Role;
  /** Why it can not take part here, if so. */
  readonly absent?: string | undefined;
  /** What it needs of Node; under an older one its contest is held again under a newer one, if there is one. */
  readonly needs?: Requirement;
  /** How many threads are at work at once; 1 if left out. */
  readonly threads?: number;
  /** On which processors the threads run; wherever the system likes, if left out. */
  readonly affinity?: AffinityPlan;
  /** Milliseconds after which its threads are told to stop, if it does not count. */
  readonly milliseconds?: number;
  /** How often it does the thing in one repetition; as often as fills the time, if left out. */
  readonly times?: number;
  /** How many operations one time is: 2 for a round trip of which one way is to be known. */
  readonly operations?: number;
  /** Whether the time runs until the last of its threads is done, and not only the first one of them. */
  readonly untilAll?: boolean;
  /** In the threads, gets ready. */
  readonly prepare?: (setup: Setup<any>) => Prepared | Promise<Prepared>;
  /**
   * Makes what its threads share: primitives and views of shared memory, by name; `ports`: one for each thread, which has it as `port`;
   * `arrivals`, if there is a check.
   */
  readonly share?: () => Shared | Promise<Shared>;
  /** For CPython: the name of the function in `contest.py`, and its further arguments. */
  readonly python?: { readonly name: string; readonly args?: Record<string, unknown> };
}

/** What threads share, by name. */
export type Shared = Record<string, unknown>;

/** Gives a contestant's `prepare` the type of what `share` makes. */
export function sharing<S extends Shared>(
  contestant: Omit<Contestant, "prepare" | "share"> & {
    readonly share: () => S | Promise<S>;
    readonly prepare: (setup: Setup<S>) => Prepared | Promise<Prepared>;
  },
): Contestant {
  return contestant;
}

/** What is measured in a repetition: nanoseconds per operation; the smallest part over the largest; the longest wait. */
export type Metric = "cost" | "share" | "longestWait";

/** One repetition's figures. */
export type Sample = { readonly [metric in Metric]?: number };

/** A mark: how a row has to compare with another contestant of the group, or with a figure. */
export interface Mark {
  /** The other contestant; left out, the mark is a figure in the row's own unit. */
  readonly against?: string;
  /** Ours may be at most so many times the other's. */
  readonly atMost?: number;
  /** The other's must be at least so many times ours: how many times as fast we are. For `share`, ours itself. */
  readonly atLeast?: number;
}

/** How a row's figure is written. */
export type Unit = "ns" | "µs" | "ms" | "M/s" | "";

/** One line of the table. */
export interface Row {
  /** The mark's number in the list of marks; empty if it has none. */
  readonly number: string;
  readonly name: string;
  /** The contestant whose row it is. */
  readonly ours: string;
  readonly metric?: Metric;
  readonly unit: Unit;
  readonly marks: readonly Mark[];
  /** What the row means, for the page; rows with the same meaning as the one before leave it out. */
  readonly meaning?: string;
}

/** A contest and the rows that it fills. */
export interface Group {
  readonly name: string;
  /** What a reader of the page has to know to understand the figures. */
  readonly about: string;
  readonly contestants: readonly Contestant[];
  readonly rows: readonly Row[];
  /** How often each contestant takes its turn; 11 if left out. */
  readonly repetitions?: number;
  /** How far beyond a mark is still `near`: 1.15 for one thread, 1.3 for several. */
  readonly tolerance: number;
  /** Why the whole contest is left out here, if so. */
  readonly absent?: string | undefined;
}
