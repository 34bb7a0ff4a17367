import { checkMilliseconds, pack } from "@conc/atomics";
import { Event } from "@conc/condition";
import type { Delay } from "./request.ts";
import type { AnyFunction } from "./tasks.ts";
import { Thread } from "./thread.ts";

/**
 * A thread that calls its target once, some time after `start`, unless it is cancelled before that.
 *
 * It counts from `start`, so the time in which the thread comes up is not added. A thread of its own makes it punctual even if this
 * one is busy; for a mere callback on this thread's event loop use `setTimeout`.
 *
 * @example
 * const timer = new Timer(10_000, hi).start();
 * timer.cancel();
 *
 * @see CPython `threading.Timer`
 */
export class Timer extends Thread {
  readonly #interval: number;
  readonly #finished = new Event();

  /**
   * @param interval Milliseconds, from 0.
   * @param target As a `Thread`'s.
   * @throws {TypeError | RangeError} If an argument is wrong.
   */
  constructor(interval: number, target: AnyFunction, args: readonly unknown[] = []) {
    checkMilliseconds("interval", interval);
    if (typeof target !== "function") throw new TypeError(`target must be a function, got ${typeof target}`);
    super({ target, args });
    this.#interval = interval;
  }

  /** Calls it off if it has not begun yet; the thread ends. */
  cancel(): void {
    this.#finished.set();
  }

  protected override delay(): Delay {
    const until = performance.timeOrigin + performance.now() + this.#interval;
    return { until, finished: pack(this.#finished) };
  }
}
