// Runs agents on the simulated memory, one at a time, and can put everything back to an earlier moment.

import { Actor, type Progress, SUSPENDED, type Timer, type Watch } from "./actor.ts";
import { Ended, IDLE } from "./history.ts";
import { type Operator, simulatedViews, type Views } from "./interception.ts";
import { apply, type Kind, NOT_EQUAL, type Operation, PENDING, TIMED_OUT } from "./operation.ts";
import type { Bounds, Scenario, Self, Shared } from "./scenario.ts";
import type { Step } from "./schedule.ts";
import { SimulatedMemory } from "./simulated-memory.ts";
import { SpinLocks } from "./spin-locks.ts";
import { Waits } from "./waits.ts";
import { type Stage, World } from "./world.ts";

/** Everything that can be put back. */
export interface Moment {
  readonly mark: number;
  readonly steps: number;
  readonly waits: number;
  readonly progress: readonly Progress[];
}

/** What went wrong in a schedule. */
export interface Failure {
  readonly problem: string;
  readonly cause?: unknown;
}

/** Milliseconds that a look at the clock takes if the scenario is impatient. */
const LOOK = 2;

/** What is done to the world of a scenario. */
export class Execution<S extends Shared<S>> implements Operator {
  readonly world: World<S>;
  readonly views: Views;
  readonly memory: SimulatedMemory;
  readonly actors: readonly Actor<S>[];
  readonly waits: Waits<S>;
  readonly spinLocks: SpinLocks;
  /** The steps so far, and behind them some of other schedules: they are used again. */
  readonly #steps: { -readonly [Name in keyof Step]: Step[Name] }[] = [];
  #said = 0;
  /** Operations that were done, not repeated. */
  operations = 0;
  failure: Failure | undefined;
  /** Whether an agent may do its next operation; if not, it is suspended. */
  readonly #mayGoOn: (actor: Actor<S>, operation: Operation) => boolean;
  readonly #bounds: Bounds;
  readonly #spectator: Stage<S>;
  #current: Actor<S> | undefined;

  constructor(scenario: Scenario<S>, bounds: Bounds, mayGoOn: (actor: Actor<S>, operation: Operation) => boolean) {
    this.#bounds = bounds;
    this.#mayGoOn = mayGoOn;
    const names = Object.keys(scenario.agents);
    this.world = new World(scenario.share, names);
    const { world } = this;
    this.memory = new SimulatedMemory(new Int32Array(world.buffer));
    this.views = simulatedViews(world.buffer, world.tags, this);
    this.actors = Object.entries(scenario.agents).map(([name, agent], number) => {
      const id = world.idOf(name);
      const stage = world.stage(id, number + 1, this.views);
      return new Actor(name, number, id, stage, typeof agent === "function" ? { run: agent } : agent);
    });
    this.waits = new Waits(this.actors);
    this.spinLocks = new SpinLocks(world.names, this.memory);
    this.#spectator = world.stage(world.maker, 0, this.views);
  }

  /** The present moment. */
  get moment(): Moment {
    return {
      mark: this.memory.mark,
      steps: this.#said,
      waits: this.waits.begun,
      progress: this.actors.map(({ progress }) => ({ ...progress })),
    };
  }

  /** What was done so far. */
  get steps(): readonly Step[] {
    return this.#steps.slice(0, this.#said);
  }

  /** Puts everything back; a moment may be used several times. */
  set moment({ mark, steps, waits, progress }: Moment) {
    this.memory.undo(mark);
    this.#said = steps;
    this.waits.begun = waits;
    for (const actor of this.actors) actor.progress = { ...(progress[actor.number] as Progress) };
  }

  /** What is shared, as seen by nobody who takes part. */
  spectate(): S {
    return this.#spectator.enter();
  }

  /** Lets an agent go on until it is suspended, falls asleep, waits for an event or has ended. */
  run(actor: Actor<S>): Promise<void> | undefined {
    actor.seenIndex = -1;
    return this.#follow(actor) ? undefined : this.#runAgain(actor);
  }

  /** Does what an agent is known to do; false if that comes to an end before it does. */
  #follow(actor: Actor<S>): boolean {
    const { progress } = actor;
    for (;;) {
      const { next } = progress.history;
      if (next === undefined) return false;
      if (next === IDLE) progress.status = "idle";
      else if (next instanceof Ended) actor.finish(next);
      else if (this.#attempt(actor, next) !== undefined) continue;
      return true;
    }
  }

  /** Runs the program of an agent from its start. */
  #runAgain(actor: Actor<S>): Promise<void> | undefined {
    actor.rewind();
    const shared = actor.stage.enter();
    const self: Self = { arena: actor.stage.arena, idOf: (name) => this.world.idOf(name) };
    this.#current = actor;
    try {
      const result = actor.run(shared, self);
      if (actor.usesMicrotasks || isThenable(result)) return this.#goOn(actor, result);
      if (!actor.suspended) this.#finish(actor, result);
    } catch (error) {
      this.#caught(actor, error);
    }
    if (actor.usesMicrotasks) return this.#drain();
    this.#current = undefined;
    return undefined;
  }

  /** Lets what the present agent has queued come to nothing, for it is suspended. */
  async #drain(): Promise<void> {
    await drained();
    this.#current = undefined;
  }

  /** A timed wait or a timer of an agent runs out. */
  expire(actor: Actor<S>): void {
    this.memory.clock = Math.max(this.memory.clock, actor.progress.until);
    this.#say(actor.name, "its time runs out");
    this.waits.wake(actor, TIMED_OUT);
  }

  /** An event of an agent comes to it. */
  deliver(actor: Actor<S>, event: Timer | Watch): void {
    const { progress } = actor;
    if ("at" in event) {
      this.memory.clock = Math.max(this.memory.clock, event.at);
      progress.timers = progress.timers.filter((timer) => timer !== event);
      this.#say(actor.name, "a timer fires");
    } else {
      progress.watches = progress.watches.filter((watch) => watch !== event);
      this.#say(actor.name, "is told of its async waits");
    }
    progress.status = "awake";
    actor.learn(event.event);
  }

  /** An agent is killed where it is. */
  kill(actor: Actor<S>): void {
    Object.assign(actor.progress, { status: "dead", pending: undefined, watches: [], timers: [] });
    this.#say(actor.name, "dies");
  }

  // As the one who does the operations.

  get isActing(): boolean {
    return this.#current !== undefined;
  }

  operate(kind: Kind, index: number, a: number, b: number): number {
    const actor = this.#current;
    if (!actor) return kind === "wait" ? NOT_EQUAL : apply({ kind, index, a, b }, this.memory);
    if (actor.suspended) throw SUSPENDED;
    const known = actor.repeat(kind, index);
    if (known !== undefined) return known;
    const operation = { kind, index, a, b };
    actor.progress.history.next = operation;
    const result = this.#attempt(actor, operation);
    if (result !== undefined) return result;
    actor.suspended = true;
    throw SUSPENDED;
  }

  onEvent(callback: () => void): void {
    (this.#current as Actor<S>).onEvent(callback);
  }

  microtask(callback: () => void): void {
    const actor = this.#current as Actor<S>;
    actor.usesMicrotasks = true;
    // The real queue: nothing but this agent's tasks is in it until it is empty.
    Promise.resolve().then(() => this.#call(actor, callback));
  }

  /** Has an agent do an operation, if it may; what it learns from that, unless it has to wait. */
  #attempt(actor: Actor<S>, operation: Operation): number | undefined {
    if (actor.permitted) actor.permitted = false;
    else if (!this.#mayGoOn(actor, operation)) return undefined;
    this.operations++;
    const result = this.#do(actor, operation);
    if (result === undefined) return undefined;
    actor.learn(result);
    const { kind } = operation;
    if (kind !== "read" && kind !== "write" && kind !== "now") this.#say(actor.name, operation, result);
    return result;
  }

  /** Does an operation; undefined if the agent now sleeps. */
  #do(actor: Actor<S>, operation: Operation): number | undefined {
    const { progress } = actor;
    const { kind, index, a, b } = operation;
    const { memory } = this;
    const before = memory.words[index] as number;
    actor.seenIndex = -1;
    switch (kind) {
      case "wait":
        if (before !== a) return NOT_EQUAL;
        if (b <= 0) return TIMED_OUT;
        this.waits.sleep(actor, operation, memory.clock + b);
        this.#say(actor.name, operation);
        return undefined;
      case "waitAsync":
        if (before !== a) return NOT_EQUAL;
        this.waits.watch(actor, index, ++progress.events);
        return PENDING;
      case "notify":
        return this.waits.notify(index, a);
      case "now": {
        const now = memory.clock;
        if (this.#bounds.impatient) memory.clock = now + LOOK;
        return now;
      }
      case "setTimeout": {
        const timer = { event: ++progress.events, at: memory.clock + Math.max(0, Math.ceil(a)) };
        progress.timers = [...progress.timers, timer];
        return timer.event;
      }
      case "clearTimeout":
        progress.timers = progress.timers.filter(({ event }) => event !== a);
        return 0;
    }
    const result = apply(operation, memory);
    if (kind === "load" || (kind === "compareExchange" && result !== a)) {
      actor.seenIndex = index;
      actor.seenValue = result;
    }
    this.spinLocks.note(actor, operation, result);
    return result;
  }

  #say(agent: string, did: Step["did"], result = 0): void {
    const step = this.#steps[this.#said];
    if (step) {
      step.agent = agent;
      step.did = did;
      step.result = result;
    } else {
      this.#steps.push({ agent, did, result });
    }
    this.#said++;
  }

  #caught(actor: Actor<S>, error: unknown): void {
    // Whatever a program throws once it was suspended, it throws because of that.
    if (actor.suspended) return;
    actor.suspended = true;
    this.failure = { problem: `${actor.name} threw ${error}`, cause: error };
  }

  #call(actor: Actor<S>, callback: () => void): void {
    try {
      callback();
    } catch (error) {
      this.#caught(actor, error);
    }
  }

  /** Goes on with the event loop of an agent: its microtasks, then the events that its log names. */
  async #goOn(actor: Actor<S>, result: unknown): Promise<void> {
    let ended: { result: unknown } | undefined;
    Promise.resolve(result).then(
      (value) => {
        ended = { result: value };
      },
      (error) => this.#caught(actor, error),
    );
    await drained();
    while (!actor.suspended && actor.position < actor.past.length) {
      const callback = actor.callbacks.get(actor.repeat("event", 0) as number);
      if (callback) this.#call(actor, callback);
      await drained();
    }
    this.#current = undefined;
    if (actor.suspended) return;
    if (ended) {
      this.#finish(actor, ended.result);
    } else {
      actor.progress.history.next = IDLE;
      actor.progress.status = "idle";
    }
  }

  #finish(actor: Actor<S>, result: unknown): void {
    const ended = new Ended(result);
    actor.progress.history.next = ended;
    actor.finish(ended);
  }
}

function isThenable(value: unknown): boolean {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === "function";
}

/** Resolves when all microtasks have run, before anything else does. */
function drained(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
