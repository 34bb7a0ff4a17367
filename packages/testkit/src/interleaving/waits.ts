import type { Actor, Watch } from "./actor.ts";
import { OK, type Operation } from "./operation.ts";
import type { Shared } from "./scenario.ts";

/** Which agents wait for which words, and who was first. */
export class Waits<S extends Shared<S>> {
  /** How many waits began; tells which is older. */
  begun = 0;
  readonly #actors: readonly Actor<S>[];

  constructor(actors: readonly Actor<S>[]) {
    this.#actors = actors;
  }

  /** An agent falls asleep until its word is notified, or the clock says so. */
  sleep({ progress }: Actor<S>, pending: Operation, until: number): void {
    Object.assign(progress, { status: "asleep", pending, since: ++this.begun, until });
  }

  /** An agent begins an async wait. */
  watch({ progress }: Actor<S>, index: number, event: number): void {
    progress.watches = [...progress.watches, { event, index, since: ++this.begun, fired: false }];
  }

  /** How many wait for the same word, and longer; and one more. 0 for who is not asleep. */
  rank({ progress }: Actor<S>): number {
    if (progress.status !== "asleep") return 0;
    const before = this.#sleepers((progress.pending as Operation).index);
    return 1 + before.filter(({ since }) => since < progress.since).length;
  }

  /** Wakes those who wait for a word, oldest first. */
  notify(index: number, count: number): number {
    const waits = this.#sleepers(index);
    const woken = waits.slice(0, count);
    for (const { actor, watch } of woken) {
      if (watch) {
        const { progress } = actor;
        progress.watches = progress.watches.map((each) => (each === watch ? { ...each, fired: true } : each));
      } else {
        this.wake(actor, OK);
      }
    }
    return woken.length;
  }

  /** Ends the blocking wait of an agent. */
  wake(actor: Actor<S>, outcome: number): void {
    const { progress } = actor;
    progress.status = "awake";
    progress.pending = undefined;
    actor.learn(outcome);
  }

  #sleepers(index: number): { actor: Actor<S>; watch?: Watch; since: number }[] {
    const waits: { actor: Actor<S>; watch?: Watch; since: number }[] = [];
    for (const actor of this.#actors) {
      const { status, pending, since, watches } = actor.progress;
      if (status === "asleep" && pending?.index === index) waits.push({ actor, since });
      for (const watch of watches)
        if (watch.index === index && !watch.fired) waits.push({ actor, watch, since: watch.since });
    }
    return waits.sort((left, right) => left.since - right.since);
  }
}
