import { check, checkWait, Place, registerClass, type Wait, type WaitAsync } from "@conc/atomics";
import { Ends } from "./ends.ts";
import { QueueShutDownError } from "./errors.ts";
import { GETTERS, JOINERS, PUTTERS } from "./layout.ts";
import { RING, Ring } from "./ring.ts";
import type { Store } from "./store.ts";
import { Tasks } from "./tasks.ts";

/**
 * Passes items from any number of threads and async tasks to any number of others, the oldest first.
 *
 * Every item arrives exactly once, as a copy, and those of one producer in the order in which it put them. A thread that dies while it
 * puts or gets leaves the queue whole: its item is there, or not.
 *
 * @example
 * const queue = new Queue<number>(10);
 * new Thread({ target: work, args: [queue] }).start(); // for (const item of queue) …
 * queue.put(42);
 * queue.shutdown();
 *
 * @see CPython `queue.Queue`: there items are passed by reference.
 */
export class Queue<T = unknown> extends Ends<T> {
  readonly #tasks: Tasks = new Tasks(this, () => this.store.mend());

  /**
   * @param maxSize How many items there may be at a time; 0 or less for any number.
   * @throws {TypeError} If it is not a number.
   * @throws {RangeError} If it is not an integer of 32 bits.
   */
  constructor(maxSize?: number);
  constructor(first: number | Place = 0) {
    super(first instanceof Place ? first : checkMaxSize(first));
  }

  get [Symbol.toStringTag](): string {
    return "Queue";
  }

  /** How many items there may be at a time; 0 for any number. */
  get maxSize(): number {
    return this.maximum;
  }

  /** Whether a put would have to wait; out of date as soon as read. */
  get full(): boolean {
    return this.maximum > 0 && this.size >= this.maximum;
  }

  /** Whether it was shut down. */
  get isShutdown(): boolean {
    return this.closed;
  }

  /**
   * Says that the task of an item that was taken is done; by whichever thread.
   *
   * A task counts as that of the thread that took the item, and the one that calls this as the one that took it. This matters only when a
   * thread dies: see {@link join}.
   *
   * @throws {RangeError} If all tasks are done already.
   */
  taskDone(): void {
    this.#tasks.end();
  }

  /**
   * Blocks until each item that was put has been taken, and its task was done. There may be 2^31 - 1 unfinished tasks at most: where
   * `taskDone` is never called, this means nothing after more puts than that.
   *
   * @param options.timeout Longest wait in milliseconds; 0 only looks, left out waits for ever.
   * @returns false if the time ran out first.
   * @throws {TypeError | RangeError} If the options are wrong, checked before anything else.
   * @throws {OwnerDiedError} If all that is unfinished had been taken by threads that died. The tasks still count: `taskDone` takes them off.
   *   If threads call `taskDone` for what others took, it may be thrown although one of them still has a task, when another one has died;
   *   or not be thrown before all have ended for which it was called.
   * @throws {BlockingNotAllowedError} On a browser's main thread, if it would have to wait.
   */
  join(options?: Wait): boolean {
    return this.#tasks.joining().wait(checkWait(options));
  }

  /**
   * As {@link join}, without blocking the thread; the program stays alive until the promise settles.
   *
   * @param options.signal Aborts the wait: the promise rejects with `signal.reason`.
   */
  async joinAsync(options?: WaitAsync): Promise<boolean> {
    const timeout = checkWait(options);
    options?.signal?.throwIfAborted();
    return this.#tasks.joining().waitAsync(timeout, options?.signal);
  }

  /**
   * Ends the queue: no item can be put any more, and who waits for room or an item that will not come is told so. Again: no effect, but
   * that it can still be made `immediate`.
   *
   * @param options.immediate Whether what is there is dropped; otherwise it can be taken until the queue is empty.
   */
  shutdown(options?: { immediate?: boolean }): void {
    const immediate = options?.immediate ?? false;
    check("immediate", immediate, "boolean");
    this.store.close(immediate);
    for (const line of [GETTERS, PUTTERS, JOINERS]) this.signalAll(line);
  }

  /** Takes items, blocking, until the queue is shut down and empty. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (;;) {
      let item: T;
      try {
        item = this.get();
      } catch (error) {
        if (error instanceof QueueShutDownError) return;
        throw error;
      }
      yield item;
    }
  }

  /** Takes items, without blocking the thread, until the queue is shut down and empty. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      let item: T;
      try {
        item = await this.getAsync();
      } catch (error) {
        if (error instanceof QueueShutDownError) return;
        throw error;
      }
      yield item;
    }
  }

  protected disposal(): number {
    return RING;
  }

  /** An item is about to be taken. */
  protected taking(): void {
    this.#tasks.begin();
  }

  protected open(): Store {
    return new Ring(this.arena, this.base, () => this.taking());
  }
}

/** @returns The limit as the queue keeps it. */
function checkMaxSize(maxSize: number): number {
  check("maxSize", maxSize, "number");
  if (maxSize !== (maxSize | 0)) throw new RangeError(`maxSize must be an integer of 32 bits, got ${maxSize}`);
  return Math.max(0, maxSize);
}

registerClass("Queue", import.meta.url, Queue);
