// The functions that a pool was ever given: each travels once, in a block whose place is its number in tasks.

import { type AnyFunction, describeTask, importAll, modulesOf, resolveTask, type TaskReference } from "@conc/thread";
import { FUNCTION_END, FUNCTION_NEXT, FUNCTION_VALUE, FUNCTION_WORDS, FUNCTIONS } from "./layout.ts";
import { keepOutcome, packOutcome, readOutcome } from "./outcome.ts";
import type { Pool } from "./pool.ts";

/** The functions of a pool, as one thread knows them. */
export class Functions {
  readonly #pool: Pool;
  readonly #numbers = new WeakMap<AnyFunction, number>();
  readonly #functions = new Map<number, AnyFunction>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /**
   * The number of a function, for those who submit.
   *
   * @throws {TypeError} If it can not travel.
   */
  numberOf(fn: AnyFunction): number {
    const known = this.#numbers.get(fn);
    if (known !== undefined) return known;
    const number = this.#publish(describeTask(fn));
    this.#numbers.set(fn, number);
    return number;
  }

  /** The function of a number, for those who work; a promise if its module is yet to be imported. */
  get(number: number): AnyFunction | Promise<AnyFunction> {
    const known = this.#functions.get(number);
    if (known) return known;
    return this.#load(number);
  }

  async #load(number: number): Promise<AnyFunction> {
    const reference = this.#referenceAt(number);
    await importAll(modulesOf(reference));
    const fn = resolveTask(reference);
    this.#functions.set(number, fn);
    return fn;
  }

  /** The number of a reference: the one that it has already, or a new one. */
  #publish(reference: TaskReference): number {
    const text = JSON.stringify(reference);
    for (const block of this.#pool.blocks(FUNCTIONS, FUNCTION_NEXT)) {
      if (JSON.stringify(this.#referenceAt(block)) === text) return block;
    }
    const { arena } = this.#pool;
    const { place, end } = keepOutcome(arena, packOutcome(arena, reference));
    const block = this.#pool.allocate(FUNCTION_WORDS);
    const words = arena.heap.reach(block);
    words[block + FUNCTION_VALUE] = place;
    words[block + FUNCTION_END] = end;
    this.#pool.publish(FUNCTIONS, block, FUNCTION_NEXT);
    return block;
  }

  #referenceAt(block: number): TaskReference {
    const { arena } = this.#pool;
    const words = arena.heap.reach(block);
    const place = words[block + FUNCTION_VALUE] as number;
    return readOutcome(arena, { place, end: words[block + FUNCTION_END] as number }) as TaskReference;
  }
}
