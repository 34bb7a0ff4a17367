import type { Deadline } from "./deadline.ts";
import type { Waiter } from "./waiter.ts";

/**
 * Waits, async, until a waiter's wait is over, one way or another; no timer and no listener is left behind.
 *
 * @param woken Called each time the waiter was woken: the outcome, or undefined if it has to wait on.
 * @param givenUp Called when the time has run out or the wait was aborted: the outcome, or throws.
 */
export function untilSettled<T>(
  waiter: Waiter,
  { deadline, signal }: { deadline: Deadline; signal?: AbortSignal | undefined },
  woken: () => T | undefined,
  givenUp: (aborted: boolean) => T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const disarm = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", aborted);
    };
    const giveUp = (byAbort: boolean): void => {
      disarm();
      try {
        resolve(givenUp(byAbort));
      } catch (error) {
        reject(error);
      }
    };
    const aborted = (): void => giveUp(true);
    const arm = (): void => {
      const remaining = deadline.remaining();
      if (remaining === Number.POSITIVE_INFINITY) return;
      // Timers may fire a little early.
      timer = setTimeout(() => (deadline.remaining() > 0 ? arm() : giveUp(false)), Math.ceil(remaining));
    };
    waiter.woken = () => {
      const outcome = woken();
      if (outcome === undefined) return;
      disarm();
      resolve(outcome);
    };
    if (signal?.aborted) {
      aborted();
      return;
    }
    signal?.addEventListener("abort", aborted);
    arm();
    // Woken before, when the wait had another meaning: a notified waiter that now wants the lock.
    if (waiter.popped) waiter.woken();
  });
}
