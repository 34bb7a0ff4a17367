// Ends futures early: when a signal says so, or their time is over.

import { onAbort, TimeoutError } from "@conc/atomics";
import type { Desk } from "./desk.ts";
import type { TaskCore } from "./task-core.ts";

/** When a task is to be called off. */
export interface Limits {
  readonly signal: AbortSignal | undefined;
  /** Milliseconds from its begin. */
  readonly timeout: number;
  /** Whether its thread is ended then. */
  readonly terminates: boolean;
}

/** Watches over a task until its future is settled. */
export function watchOver(desk: Desk, core: TaskCore, { signal, timeout, terminates }: Limits): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const forget = signal && onAbort(signal, () => desk.callOff(core, signal.reason, terminates));
  /** Milliseconds until it has to be looked at again; one that is queued now has all of its time before it. */
  const look = (): number => {
    const left = timeout - (desk.runningFor(core.task) ?? 0);
    if (left <= 0) desk.callOff(core, new TimeoutError(`the task was not done within ${timeout} ms`), terminates);
    return Math.max(0, left);
  };
  const lookAgain = (): void => {
    const left = look();
    if (!core.isSettled) timer = setTimeout(lookAgain, Math.ceil(left));
  };
  core.onSettled = () => {
    clearTimeout(timer);
    forget?.();
  };
  if (timeout === Number.POSITIVE_INFINITY) return;
  core.look = look;
  desk.watch(core);
  lookAgain();
}
