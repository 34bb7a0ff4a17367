import { Arena, checkMilliseconds, checkWait, onAbort, sleepFor, TIMEOUT_MAX, type WaitAsync } from "@conc/atomics";

/**
 * Blocks this thread for some time; other threads run on.
 *
 * @param ms Milliseconds, from 0; `Infinity` never returns.
 * @throws {TypeError | RangeError} If it is something else.
 * @throws {BlockingNotAllowedError} On a browser's main thread.
 */
export function sleep(ms: number): void {
  checkMilliseconds("ms", ms);
  sleepFor(Arena.default.agent, ms);
}

/**
 * As {@link sleep}, without blocking the thread.
 *
 * @param options.signal Ends the sleep: the promise rejects with `signal.reason`.
 */
export async function sleepAsync(ms: number, options?: Pick<WaitAsync, "signal">): Promise<void> {
  checkMilliseconds("ms", ms);
  checkWait(options);
  const signal = options?.signal;
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const aborted = (): void => {
      forget?.();
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const awake = (): void => {
      forget?.();
      resolve();
    };
    // A timer can not count for ever; one that goes off now and then keeps the program alive all the same.
    const timer = ms === Number.POSITIVE_INFINITY ? setInterval(() => {}, TIMEOUT_MAX) : setTimeout(awake, ms);
    const forget = signal && onAbort(signal, aborted);
  });
}
