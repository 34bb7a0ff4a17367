// What a barrier does once in each round, before anyone goes on: the last party to arrive runs it, and then ends the round.

import { type Packed, pack } from "@conc/atomics";
import type { Rounds } from "./rounds.ts";
import { FAILED, PASSING } from "./verdicts.ts";

/** The action of a barrier, as one thread has it. */
export class Action {
  readonly #run: () => unknown;
  #isRunning = false;

  constructor(run: () => unknown) {
    this.#run = run;
  }

  /** Whether this thread is inside of it. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Runs it as the last one to arrive, and lets the others go; or refuses them, and throws what it throws. */
  lead(rounds: Rounds, ticket: number): void {
    try {
      const result = this.#call();
      if (isThenable(result)) {
        Promise.resolve(result).catch(() => {});
        throw new TypeError("the action returned a promise, for which a blocked thread can not wait: use waitAsync()");
      }
    } catch (error) {
      rounds.end(ticket, FAILED);
      throw error;
    }
    rounds.end(ticket, PASSING);
  }

  /**
   * As {@link lead}, without blocking. The round may end while the action is still under way; what comes of that is then about nothing.
   *
   * @param fail Is told what the action throws.
   */
  leadAsync(rounds: Rounds, ticket: number, fail: (error: unknown) => void): void {
    const fails = (error: unknown): void => {
      fail(error);
      rounds.end(ticket, FAILED);
    };
    try {
      const result = this.#call();
      if (!isThenable(result)) rounds.end(ticket, PASSING);
      else
        Promise.resolve(result)
          .then(() => rounds.end(ticket, PASSING), fails)
          .then(undefined, fail);
    } catch (error) {
      fails(error);
    }
  }

  /**
   * What has to travel for another thread to have it too.
   *
   * @throws {TypeError} If it is not registered.
   */
  pack(): { action: Packed; modules: readonly string[] } {
    try {
      const action = pack(this.#run);
      return { action, modules: action.modules };
    } catch (cause) {
      throw new TypeError(
        "a barrier whose action is not registered can not be sent to another thread: call " +
          `tasks(import.meta, { ${this.#run.name || "action"} }) at the top level of the module that defines the action`,
        { cause },
      );
    }
  }

  #call(): unknown {
    this.#isRunning = true;
    try {
      return this.#run();
    } finally {
      this.#isRunning = false;
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}
