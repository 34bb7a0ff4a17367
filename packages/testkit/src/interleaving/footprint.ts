// Which operations others can tell apart by when they are done. Only before these do schedules branch; all others commute with
// whatever the other agents do meanwhile, so one order stands for all.
//
// A word needs no branching while it is used by one agent alone, or is never changed, or is used only under one and the same spin lock.
// Which words those are is found out on the way: a word that turns out to be shared makes the exploration begin anew, with more
// branches, until nothing new turns up.

import { changes, type Operation } from "./operation.ts";
import type { SimulatedMemory } from "./simulated-memory.ts";

/** Who has used which words, and how, in all schedules so far. */
export class Footprint {
  /** Whether a word became shared since this was last set to false. */
  grown = false;
  readonly #users: Uint32Array;
  readonly #changed: Uint8Array;
  /** The spin locks that were held each time. */
  readonly #locks: Int32Array;
  readonly #shared: Uint8Array;

  constructor(words: number) {
    this.#users = new Uint32Array(words);
    this.#changed = new Uint8Array(words);
    this.#locks = new Int32Array(words).fill(-1);
    this.#shared = new Uint8Array(words);
  }

  /** Whether it matters to others when an operation on this word is done. */
  isShared(index: number): boolean {
    return this.#shared[index] === 1;
  }

  /**
   * An operation is about to be done.
   *
   * @param user The agent's bit.
   * @param locks The bits of the spin locks that it holds.
   */
  note(operation: Operation, memory: SimulatedMemory, user: number, locks: number): void {
    const { index } = operation;
    const users = ((this.#users[index] as number) | user) >>> 0;
    this.#users[index] = users;
    (this.#locks[index] as number) &= locks;
    if (changes(operation, memory)) this.#changed[index] = 1;
    if (this.#shared[index] === 1 || (users & (users - 1)) === 0) return;
    if (this.#changed[index] === 0 || this.#locks[index] !== 0) return;
    this.#shared[index] = 1;
    this.grown = true;
  }
}
