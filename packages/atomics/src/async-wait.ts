import { onAbort } from "./aborting.ts";
import type { Deadline } from "./deadline.ts";

/** An async wait, as its line sees it. */
export interface PendingWait {
  /** Called each time there may be something to look at. */
  woken: (() => void) | undefined;

  /** Whether the wait is over, for it has what it is for. */
  look(): boolean;

  /** Gives the wait up; false if it has what it is for after all. */
  leave(): boolean;

  /** Leaves what it has to the next one. */
  passOn(): void;
}

/**
 * Waits until a wait is over, one way or another; no timer and no listener is left behind.
 *
 * @returns Resolves to false if the time ran out; rejects with the signal's reason if aborted, and then what it has is passed on.
 */
export function untilSettled(wait: PendingWait, deadline: Deadline, signal?: AbortSignal): Promise<boolean> {
  if (deadline.isEndless && signal === undefined) return untilGranted(wait);
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const settle = (outcome: () => boolean): void => {
      wait.woken = undefined;
      clearTimeout(timer);
      forget?.();
      try {
        resolve(outcome());
      } catch (error) {
        reject(error);
      }
    };
    const abort = (): void =>
      settle(() => {
        if (!wait.leave()) wait.passOn();
        throw signal?.reason;
      });
    const tick = (): void => {
      const remaining = deadline.remaining();
      // A timer may fire a little early.
      if (remaining === 0) settle(() => !wait.leave());
      else if (remaining < Number.POSITIVE_INFINITY) timer = setTimeout(tick, Math.ceil(remaining));
    };
    wait.woken = () => {
      if (wait.look()) settle(() => true);
    };
    const forget = signal && onAbort(signal, abort);
    // Aborted since it was last asked, by a getter of an item: nobody is told of that.
    if (signal?.aborted) abort();
    else tick();
  });
}

/** As {@link untilSettled}, of a wait that ends in one way only. Thousands of them may be pending: each closure less counts. */
function untilGranted(wait: PendingWait): Promise<boolean> {
  return new Promise((resolve) => {
    wait.woken = () => {
      if (!wait.look()) return;
      wait.woken = undefined;
      resolve(true);
    };
  });
}
