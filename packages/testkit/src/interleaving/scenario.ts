import type { OpenArena, Shareable } from "@conc/atomics";

/** What the agents of a scenario share, by name: primitives, of the library or made for a test. */
export type Shared<S> = { readonly [Name in keyof S]: Shareable };

/** An agent, as its own program sees it. */
export interface Self {
  /** The arena, as this agent sees it. */
  readonly arena: OpenArena;

  /** The id of an agent by its name. */
  idOf(name: string): number;
}

/**
 * What an agent does.
 *
 * It is called many times, each time from the start and with views of its own, and must do the same whenever it reads the same: so
 * it keeps nothing outside of itself and of what is shared, and asks no random number. It may be `async`: then it also has timers
 * and abort signals. What it throws is a failure of the scenario.
 */
export type Program<S> = (shared: S, self: Self) => unknown;

/** An agent that is more than its program. */
export interface AgentOptions<S> {
  readonly run: Program<S>;
  /** Whether it may die, at any of its steps; one agent of a schedule does. */
  readonly mortal?: boolean;
  /** The agent after whose death this one begins; if that one lives, this one never does. */
  readonly buries?: string;
}

/** A few agents that share a few primitives. */
export interface Scenario<S extends Shared<S>> {
  /** Makes what is shared; called once, before anything is explored. */
  share(): S;

  /** The agents, by name. */
  readonly agents: Readonly<Record<string, Program<S> | AgentOptions<S>>>;

  /**
   * Called at the end of each schedule, when nobody can do anything any more; throws if something is wrong.
   *
   * @param results What the programs returned; nothing of an agent that died or did not begin.
   */
  readonly check?: (shared: S, results: Readonly<Record<string, unknown>>) => void;
}

/** How far an exploration goes. */
export interface Bounds {
  /**
   * How often in one schedule an agent may be interrupted that could go on; left out, as often as possible. Others have their turn for
   * nothing when an agent waits or ends.
   */
  readonly preemptions?: number;
  /** How many operations of one agent count as a livelock; 5000 if left out. */
  readonly operations?: number;
  /** Whether time passes: each look at the clock takes two milliseconds. Otherwise it passes only when a wait runs out. */
  readonly impatient?: boolean;
  /** Whether plain reads and writes outside of spin locks are steps of their own; otherwise only atomic operations are. */
  readonly plain?: boolean;
}

/** How much was explored. */
export interface Report {
  /** Schedules that were followed to their end. */
  readonly schedules: number;
  /** Schedules that were left where they met another one: the same memory, and all agents at the same points. */
  readonly merged: number;
  /** Different states in which there was a choice. */
  readonly states: number;
  /** Operations that were done, without those that were repeated to come back to a state. */
  readonly operations: number;
  readonly milliseconds: number;
}
