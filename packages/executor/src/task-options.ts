import { check, checkMilliseconds, checkOptionNames } from "@conc/atomics";
import type { Limits } from "./watching.ts";

/** How one task is done. */
export interface TaskOptions {
  /** Those with smaller numbers come first; 0 if left out. */
  readonly priority?: number | undefined;
  /**
   * Calls the task off: the future fails with `signal.reason`. If it is queued nobody does it; if it is running, it can learn of that by
   * `taskSignal()`, and what it comes to is dropped.
   */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds, from when it is begun, after which it is called off: the future fails with a `TimeoutError`. */
  readonly timeout?: number | undefined;
  /** Whether its thread is ended if it is called off while it runs, with all that goes on there; false if left out. */
  readonly terminate?: boolean | undefined;
  /** Buffers of the arguments that are not needed here any more: they are detached once the task is submitted. */
  readonly transfer?: readonly ArrayBuffer[] | undefined;
}

/** What was checked of the options. */
export interface Wishes {
  readonly priority: number;
  readonly limits: Limits | undefined;
  readonly transfer: readonly ArrayBuffer[];
}

/** @throws {TypeError | RangeError} If an option is wrong or unknown. */
export function checkTaskOptions(options: TaskOptions): Wishes {
  checkOptionNames(options, "priority, signal, timeout, terminate, transfer");
  const { priority = 0, signal, timeout = Number.POSITIVE_INFINITY, terminate = false, transfer = [] } = options;
  check("priority", priority, "number");
  if (Number.isNaN(priority)) throw new RangeError("priority must be a number that can be compared, got NaN");
  if (signal !== undefined) check("signal.addEventListener", signal?.addEventListener, "function");
  checkMilliseconds("timeout", timeout);
  check("terminate", terminate, "boolean");
  if (!Array.isArray(transfer)) throw new TypeError(`transfer must be an array, got ${typeof transfer}`);
  for (const each of transfer) {
    if (!(each instanceof ArrayBuffer)) throw new TypeError("transfer takes buffers (ArrayBuffer), and nothing else");
  }
  const isLimited = signal !== undefined || timeout < Number.POSITIVE_INFINITY;
  return { priority, limits: isLimited ? { signal, timeout, terminates: terminate } : undefined, transfer };
}
