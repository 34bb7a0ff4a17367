// How a party that has arrived waits, blocked or not, until it is let go.

import { type Deadline, GRANTED, type PendingWait, untilSettled, WAITING, type Waiter } from "@conc/atomics";
import type { Rounds } from "./rounds.ts";
import { CALLED_OFF, TIMED_OUT } from "./verdicts.ts";

/** How often a thread looks whether it stands in the line no more, before it takes the line's lock to see. */
const POLLS = 100;

/** Blocks until the round of a ticket is over; breaks the barrier when the time has run out. */
export function untilOver(rounds: Rounds, waiter: Waiter, ticket: number, deadline: Deadline): void {
  if (rounds.looksComplete(ticket) || !rounds.standIn(ticket)) return;
  while (rounds.isIn(waiter)) {
    const { state } = waiter;
    if (state === WAITING) {
      const remaining = deadline.remaining();
      if (remaining === 0) rounds.end(ticket, TIMED_OUT);
      else rounds.rest(remaining);
    } else if (state !== GRANTED || !isLetGo(rounds, waiter)) {
      rounds.lookAgain(waiter);
    }
  }
}

/** Whether a waiter that has been granted its pass is taken out of the line in the next moment, as is usual. */
function isLetGo(rounds: Rounds, waiter: Waiter): boolean {
  for (let poll = 0; poll < POLLS; poll++) if (!rounds.isIn(waiter)) return true;
  return false;
}

/** As {@link untilOver}, without blocking; breaks the barrier also when the signal is aborted, which is not thrown. */
export async function untilOverAsync(
  rounds: Rounds,
  waiter: Waiter,
  ticket: number,
  deadline: Deadline,
  signal?: AbortSignal,
): Promise<void> {
  const wait: PendingWait = {
    woken: undefined,
    look() {
      if (rounds.isIn(waiter)) rounds.lookAgain(waiter);
      return !rounds.isIn(waiter);
    },
    leave() {
      rounds.end(ticket, signal?.aborted ? CALLED_OFF : TIMED_OUT);
      return !rounds.hasPassed(waiter);
    },
    passOn() {},
  };
  waiter.woken = () => wait.woken?.();
  // It may have been aborted by the action, or between the door and here.
  if (signal?.aborted) wait.leave();
  if (!rounds.isIn(waiter)) return;
  await untilSettled(wait, deadline, signal).catch((error) => {
    if (!signal?.aborted) throw error;
  });
}
