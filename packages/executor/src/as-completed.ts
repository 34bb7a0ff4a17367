import { checkOptionNames, checkWait, Deadline, TimeoutError, type Wait } from "@conc/atomics";
import { blockUntilAny } from "./blocking.ts";
import type { Future } from "./future.ts";
import { futuresOf, inOrder } from "./futures.ts";
import { checkHope } from "./wait.ts";

/**
 * Futures in the order in which they are done: those first that are, then each as soon as it is. To be gone through once, by `for await`
 * or, blocking the thread, by `for`.
 *
 * @param options.timeout Longest time for all of them in milliseconds, from this call on.
 * @throws {TypeError | RangeError} If the options are wrong or there is something else among the futures.
 * @throws {TimeoutError} From the iterator, if the time runs out before all are done; those that are come first.
 * @throws {DeadlockError} From the blocking iterator, if it would wait for ever for what no other thread has.
 *
 * @see CPython `concurrent.futures.as_completed`; there the time begins with the first step.
 */
export function asCompleted<F extends Future<any>>(
  futures: Iterable<F>,
  options: Wait = {},
): AsyncIterable<F> & Iterable<F> {
  checkOptionNames(options, "timeout");
  const deadline = new Deadline(checkWait(options));
  const all = futuresOf(futures);
  return {
    [Symbol.iterator]: () => eachBlocking(all, deadline),
    [Symbol.asyncIterator]: () => new EachAsync(all, deadline),
  };
}

function* eachBlocking<F extends Future<any>>(all: ReadonlySet<F>, deadline: Deadline): Generator<F, void> {
  const pending = new Set(all);
  for (;;) {
    for (const future of inOrder(pending)) {
      pending.delete(future);
      yield future;
    }
    if (pending.size === 0) return;
    const left = [...pending];
    checkHope(left, deadline);
    if (!blockUntilAny(left, deadline)) throw late(pending.size, all.size);
  }
}

/** Not a generator, which would await the futures that it yields. */
class EachAsync<F extends Future<any>> implements AsyncIterator<F, void> {
  readonly #all: ReadonlySet<F>;
  readonly #deadline: Deadline;
  readonly #waits = new AbortController();
  #begun = false;
  /** Those that are done and were not given yet, and how many were taken from them. */
  #ready: F[] = [];
  #given = 0;
  /** How many are not done. */
  #left = 0;
  #isLate = false;
  #wake: (() => void) | undefined;

  constructor(all: ReadonlySet<F>, deadline: Deadline) {
    this.#all = all;
    this.#deadline = deadline;
  }

  async next(): Promise<IteratorResult<F, void>> {
    if (!this.#begun) this.#begin();
    while (this.#given === this.#ready.length && this.#left > 0) {
      if (this.#isLate) throw late(this.#left, this.#all.size);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      // Several may have come in one turn, and been heard of in another order.
      this.#ready = inOrder(this.#ready.slice(this.#given));
      this.#given = 0;
    }
    const value = this.#ready[this.#given++];
    return value === undefined ? { done: true, value } : { done: false, value };
  }

  async return(): Promise<IteratorResult<F, void>> {
    this.#waits.abort();
    this.#left = 0;
    this.#ready = [];
    this.#given = 0;
    return { done: true, value: undefined };
  }

  #begin(): void {
    this.#begun = true;
    this.#ready = inOrder(this.#all);
    const ready = new Set(this.#ready);
    const pending = [...this.#all].filter((future) => !ready.has(future));
    this.#left = pending.length;
    for (const future of pending) {
      future.isDoneWithin(this.#deadline, this.#waits.signal).then(
        (inTime) => {
          if (inTime) {
            this.#left--;
            this.#ready.push(future);
          } else {
            this.#isLate = true;
          }
          this.#wake?.();
        },
        // The consumer has stopped.
        () => {},
      );
    }
  }
}

function late(left: number, total: number): TimeoutError {
  return new TimeoutError(`${left} (of ${total}) futures were not done in time`);
}
