import { sleepWhile } from "./raw-futex.ts";

const COUNT = 0;
const GENERATION = 1;

/** How many words a bare barrier needs. */
export const BARRIER_WORDS = 2;

/**
 * The least that a barrier between threads can be: who comes last counts the generation on, the others sleep until it is. No timeout, no
 * index, no way out for those who wait for one that has died. What ours costs beyond it is the price of its promises.
 */
export class RawBarrier {
  readonly #words: Int32Array;
  readonly #parties: number;
  readonly #polls: number;

  /** @param polls How often to look before sleeping. */
  constructor(words: Int32Array, parties: number, polls: number) {
    this.#words = words;
    this.#parties = parties;
    this.#polls = polls;
  }

  wait(): void {
    const words = this.#words;
    const generation = Atomics.load(words, GENERATION);
    if (Atomics.add(words, COUNT, 1) + 1 === this.#parties) {
      Atomics.store(words, COUNT, 0);
      Atomics.store(words, GENERATION, generation + 1);
      Atomics.notify(words, GENERATION);
      return;
    }
    for (let poll = 0; poll < this.#polls && Atomics.load(words, GENERATION) === generation; poll++);
    while (Atomics.load(words, GENERATION) === generation) sleepWhile(words, GENERATION, generation);
  }
}
