// What can become of a round: all pass, or all are refused, for one of these reasons. What was carried out, and stays, has its sign turned.

import { BrokenBarrierError } from "./errors.ts";

/** It goes on. */
export const NONE = 0;
/** All have arrived, and the action runs. */
export const ACTING = 1;
export const PASSING = -1;
export const TIMED_OUT = -2;
export const CALLED_OFF = -3;
export const ABORTED = -4;
export const FAILED = -5;
export const DIED = -6;
export const RESET = -7;

const REASONS: Readonly<Record<number, string>> = {
  [TIMED_OUT]: "the time of a party ran out",
  [CALLED_OFF]: "a party's wait was called off by its signal",
  [ABORTED]: "abort() was called",
  [FAILED]: "its action failed",
  [DIED]: "a party died while it waited",
  [RESET]: "it was reset while parties waited",
};

/** The error of who is refused for a reason. */
export function brokenBy(reason: number): BrokenBarrierError {
  return new BrokenBarrierError(`the barrier is broken: ${REASONS[reason]}`);
}
