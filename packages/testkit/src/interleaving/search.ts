// The search through all schedules, depth first. Where others can tell when an operation is done, it may be done now, or any other
// agent goes on first; all but one of these choices are put on record, and taken up when the first one has been followed to its end.
// A state that was met before, in which all agents are at the same points and the memory is the same, has the same continuations and
// is left at once.

import type { Actor, Timer, Watch } from "./actor.ts";
import { Execution, type Moment } from "./execution.ts";
import { Footprint } from "./footprint.ts";
import { Met } from "./met.ts";
import { changes, type Operation } from "./operation.ts";
import type { Bounds, Report, Scenario, Shared } from "./scenario.ts";

import { describe, InterleavingError } from "./schedule.ts";
import { mix, SEED1, SEED2 } from "./simulated-memory.ts";

/** What can happen next. */
interface Choice<S extends Shared<S>> {
  readonly actor: Actor<S>;
  /** It does what it is about to do, goes on after a wait, begins; its time runs out; an event comes to it; it dies. */
  readonly what: "step" | "goOn" | "expire" | "die" | Timer | Watch;
  /** 1 if another agent is interrupted. */
  readonly cost: number;
}

/** Where other choices are left. */
interface Branching<S extends Shared<S>> {
  readonly choices: Choice<S>[];
  readonly moment: Moment;
  readonly preemptions: number;
}

const OPERATIONS_MAX = 5000;

/** How many operations are printed if none of them is noticed by others. */
const LAST = 20;

export class Search<S extends Shared<S>> {
  readonly execution: Execution<S>;
  readonly #scenario: Scenario<S>;
  readonly #bounds: Bounds;
  readonly #footprint: Footprint;
  /** How many preemptions may be made in this round. */
  #limit = 0;
  #branchings: Branching<S>[] = [];
  /** The states that were met, and with how few preemptions. */
  readonly #met = new Met();
  /** The agent that went on last. */
  #last: Actor<S> | undefined;
  #preemptions = 0;
  /** The choices in the state in which an agent has just been suspended. */
  #arrived: Choice<S>[] | undefined;
  #merges = false;
  #schedules = 0;
  #merged = 0;

  constructor(scenario: Scenario<S>, bounds: Bounds) {
    this.#scenario = scenario;
    this.#bounds = bounds;
    this.execution = new Execution(scenario, bounds, (actor, operation) => this.#mayGoOn(actor, operation));
    this.#footprint = new Footprint(this.execution.memory.words.length);
  }

  get report(): Omit<Report, "milliseconds"> {
    return {
      schedules: this.#schedules,
      merged: this.#merged,
      states: this.#met.size,
      operations: this.execution.operations,
    };
  }

  /**
   * Explores all schedules with at most so many preemptions.
   *
   * @throws {InterleavingError} If one ends badly.
   */
  async explore(preemptions: number): Promise<void> {
    this.#limit = preemptions;
    do {
      this.#footprint.grown = false;
      await this.#explore();
    } while (this.#footprint.grown);
  }

  /** One round, ended early if a word turns out to be shared. */
  async #explore(): Promise<void> {
    const { execution } = this;
    const beginning = execution.moment;
    this.#schedules = 0;
    this.#merged = 0;
    this.#preemptions = 0;
    this.#last = undefined;
    this.#branchings = [];
    this.#met.clear();
    for (;;) {
      const choices = this.#arrived ?? this.#arrive();
      this.#arrived = undefined;
      let choice = choices[0];
      if (choice) {
        this.#branch(choices.slice(1));
      } else {
        this.#end();
        if (this.#footprint.grown) break;
        choice = this.#backtrack();
        if (!choice) break;
      }
      await this.#take(choice);
      if (execution.failure) throw this.#error();
    }
    execution.moment = beginning;
  }

  /** Asked by an agent that is about to do an operation. */
  #mayGoOn(actor: Actor<S>, operation: Operation): boolean {
    const { index } = operation;
    const { progress } = actor;
    if (index === 0) return true;
    const { memory } = this.execution;
    this.#footprint.note(operation, memory, 1 << actor.number, progress.locks);
    if (progress.history.length > (this.#bounds.operations ?? OPERATIONS_MAX)) {
      this.execution.failure = { problem: `livelock: ${actor.name} has done ${progress.history.length} operations` };
      return false;
    }
    const isPoint = this.#mayBeInterrupted(actor, operation) && this.#isPoint(actor, operation);
    if (!isPoint && !this.#mayDie(actor, operation)) return true;
    progress.status = "ready";
    progress.pending = operation;
    if (!isPoint) {
      this.#branch([{ actor, what: "die", cost: 0 }]);
      return true;
    }
    const choices = this.#arrive();
    const [first, ...others] = choices;
    if (first?.actor === actor && first.what === "step") {
      this.#branch(others);
      return true;
    }
    this.#arrived = choices;
    return false;
  }

  /** Whether another agent may go on first. */
  #mayBeInterrupted(actor: Actor<S>, operation: Operation): boolean {
    if (actor !== this.#last || this.#preemptions < this.#limit) return true;
    return this.execution.spinLocks.isShut(actor, operation);
  }

  /** Whether others can tell when the operation is done. */
  #isPoint(actor: Actor<S>, operation: Operation): boolean {
    const { kind, index, a } = operation;
    const { memory, world } = this.execution;
    if (this.execution.spinLocks.isShut(actor, operation)) return true;
    if (!this.#footprint.isShared(index)) return false;
    if (kind === "read" || kind === "write") return this.#bounds.plain === true && actor.progress.locks === 0;
    // Who wants a spin lock can not tell how long ago it was freed.
    if (kind === "store" && a === 0 && world.names.isSpinLock(index)) return false;
    // To look again at once is as good as to look once, later.
    const value = memory.words[index];
    const looks = kind === "load" || (kind === "compareExchange" && value !== a);
    return !(looks && actor.seenIndex === index && actor.seenValue === value);
  }

  /** Whether an agent may die before it does this, and the world is another one than if it had died earlier. */
  #mayDie(actor: Actor<S>, operation: Operation | undefined): boolean {
    if (!actor.mortal || this.execution.actors.some(({ progress }) => progress.status === "dead")) return false;
    return operation === undefined || changes(operation, this.execution.memory);
  }

  /** All that can happen now; nothing if that was explored before. */
  #arrive(): Choice<S>[] {
    this.#merges = this.#hasMet();
    if (this.#merges) return [];
    const choices: Choice<S>[] = [];
    const last = this.#last;
    if (last) this.#offer(last, 0, choices);
    const cost = choices.some(({ what }) => what === "step" || what === "goOn") ? 1 : 0;
    if (this.#preemptions + cost <= this.#limit) {
      for (const actor of this.execution.actors) if (actor !== last) this.#offer(actor, cost, choices);
    }
    if (last) {
      const { status, pending } = last.progress;
      const rests = status === "asleep" || status === "idle";
      if ((rests || status === "ready") && this.#mayDie(last, rests ? undefined : pending)) {
        choices.push({ actor: last, what: "die", cost: 0 });
      }
    }
    return choices;
  }

  /** What an agent can do. */
  #offer(actor: Actor<S>, cost: number, choices: Choice<S>[]): void {
    const { status, pending, timers, watches } = actor.progress;
    if (status === "unborn") {
      const dead = this.execution.actors.find(({ name }) => name === actor.buries);
      if (dead?.progress.status === "dead") choices.push({ actor, what: "goOn", cost });
    } else if (status === "awake") {
      choices.push({ actor, what: "goOn", cost });
    } else if (status === "ready") {
      if (!this.execution.spinLocks.isShut(actor, pending as Operation)) choices.push({ actor, what: "step", cost });
    } else if (status === "asleep") {
      if ((pending as Operation).b < Number.POSITIVE_INFINITY) choices.push({ actor, what: "expire", cost });
    } else if (status === "idle" || status === "done") {
      for (const watch of watches) if (watch.fired) choices.push({ actor, what: watch, cost });
      // Timers of one agent fire in the order of their times.
      const timer = timers.reduce<Timer | undefined>(
        (first, each) => (first && first.at <= each.at ? first : each),
        undefined,
      );
      if (timer && status === "idle") choices.push({ actor, what: timer, cost });
    }
  }

  #branch(choices: Choice<S>[]): void {
    if (choices.length === 0) return;
    this.#branchings.push({ choices, moment: this.execution.moment, preemptions: this.#preemptions });
  }

  /** Goes back to the last place where a choice is left. */
  #backtrack(): Choice<S> | undefined {
    const branching = this.#branchings.at(-1);
    if (!branching) return undefined;
    this.execution.moment = branching.moment;
    this.#preemptions = branching.preemptions;
    const choice = branching.choices.shift();
    if (branching.choices.length === 0) this.#branchings.pop();
    return choice;
  }

  #take({ actor, what, cost }: Choice<S>): Promise<void> | undefined {
    const { execution } = this;
    this.#preemptions += cost;
    this.#last = actor;
    if (what === "die") {
      execution.kill(actor);
      return undefined;
    }
    actor.permitted = what === "step";
    if (what === "expire") execution.expire(actor);
    else if (typeof what === "object") execution.deliver(actor, what);
    return execution.run(actor);
  }

  /** Nothing can happen any more: was that a good end? */
  #end(): void {
    if (this.#merges) {
      this.#merged++;
      return;
    }
    this.#schedules++;
    const { execution } = this;
    const stuck = execution.actors.filter(({ progress }) => ["ready", "asleep", "idle"].includes(progress.status));
    if (stuck.length > 0) {
      const whom = stuck.map(({ name, progress: { status, pending } }) =>
        pending && status !== "idle" ? `${name} at ${execution.world.names.word(pending.index)}` : name,
      );
      execution.failure = { problem: `deadlock: nobody is left who could wake ${whom.join(" and ")}` };
      throw this.#error();
    }
    const results = Object.fromEntries(execution.actors.map(({ name, progress }) => [name, progress.ended?.result]));
    try {
      this.#scenario.check?.(execution.spectate(), results);
    } catch (error) {
      execution.failure = { problem: `the end is wrong: ${error}`, cause: error };
      throw this.#error();
    }
  }

  #error(): InterleavingError {
    const { failure, steps, world } = this.execution;
    const shown = steps.filter(({ did }) => typeof did === "string" || this.#explains(did));
    return new InterleavingError(
      failure?.problem ?? "",
      describe(shown.length > 0 ? shown : steps.slice(-LAST), world.names),
      failure?.cause,
    );
  }

  /** Whether an operation belongs into a printed schedule: what nobody else could notice explains nothing. */
  #explains({ kind, index }: Operation): boolean {
    // Word 0 is waited for only to find out whether this thread may wait at all.
    if (index === 0) return kind !== "wait";
    return this.#footprint.isShared(index) || kind === "wait" || kind === "waitAsync" || kind === "notify";
  }

  /** Whether this state was met before, with as few preemptions. */
  #hasMet(): boolean {
    const { memory, actors } = this.execution;
    let [hash1, hash2] = [memory.hash1, memory.hash2];
    for (const actor of actors) {
      const rank = this.execution.waits.rank(actor);
      hash1 = actor.hash(hash1, SEED1, rank);
      hash2 = actor.hash(hash2, SEED2, rank);
    }
    // Who went on last matters only where it costs to let another one go on.
    if (this.#limit < Number.POSITIVE_INFINITY) hash1 = mix(hash1, this.#last?.number ?? -1, SEED1);
    return this.#met.note(hash1, hash2, this.#limit < Number.POSITIVE_INFINITY ? this.#preemptions : 0);
  }
}
