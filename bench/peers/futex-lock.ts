import { sleepWhile, wakeOne } from "./raw-futex.ts";

// The classic futex lock with three states.
const FREE = 0;
const HELD = 1;
/** Held, and somebody may sleep. */
const CROWDED = 2;

/**
 * The least that a lock between threads can be: no owner, no order, no timeout. What ours cost beyond it is the price of their
 * promises.
 *
 * @see Ulrich Drepper, "Futexes Are Tricky", mutex 3
 */
export class FutexLock {
  readonly #words: Int32Array;
  readonly #spins: number;

  /**
   * @param words Shared; the first is the lock.
   * @param spins How often to look before sleeping.
   */
  constructor(words: Int32Array, spins: number) {
    this.#words = words;
    this.#spins = spins;
  }

  acquire(): void {
    if (Atomics.compareExchange(this.#words, 0, FREE, HELD) !== FREE) this.#wait();
  }

  release(): void {
    if (Atomics.exchange(this.#words, 0, FREE) === CROWDED) wakeOne(this.#words, 0);
  }

  #wait(): void {
    for (let spin = 0; spin < this.#spins; spin++) {
      if (Atomics.load(this.#words, 0) === FREE && Atomics.compareExchange(this.#words, 0, FREE, HELD) === FREE) {
        return;
      }
    }
    // Who slept can not know whether others still do, so it takes the lock as crowded.
    while (Atomics.exchange(this.#words, 0, CROWDED) !== FREE) sleepWhile(this.#words, 0, CROWDED);
  }
}
