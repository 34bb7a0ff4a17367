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
    const settle = (outcome: () => T): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", aborted);
      try {
        resolve(outcome());
      } catch (error) {
        reject(error);
      }
    };
    const aborted = (): void => settle(() => givenUp(true));
    const arm = (): void => {
      const remaining = deadline.remaining();
      // A timer may fire a little early.
      const tick = (): void => (deadline.remaining() > 0 ? arm() : settle(() => givenUp(false)));
      if (remaining < Number.POSITIVE_INFINITY) timer = setTimeout(tick, Math.ceil(remaining));
    };
    waiter.woken = () => {
      const outcome = woken();
      if (outcome !== undefined) settle(() => outcome);
    };
    signal?.addEventListener("abort", aborted);
    arm();
    if (signal?.aborted) aborted();
    // Woken before, when the wait had another meaning: a notified waiter that now wants the lock.
    else if (waiter.served) waiter.woken();
  });
}
