import {
  check,
  checkOptionNames,
  checkWait,
  Deadline,
  DeadlockError,
  onAbort,
  type Wait,
  type WaitAsync,
} from "@conc/atomics";
import { blockUntilAny } from "./blocking.ts";
import type { Future } from "./future.ts";
import { futuresOf } from "./futures.ts";

/** Until what one waits: all are done, one is, or one has failed or all are done. */
export type ReturnWhen = "ALL_COMPLETED" | "FIRST_COMPLETED" | "FIRST_EXCEPTION";

/** How to wait for several futures. */
export interface WaitOptions extends Wait {
  /** Until what; until all are done if left out. */
  readonly returnWhen?: ReturnWhen | undefined;
}

/** How it stood when the wait ended. */
export interface Waited<F> {
  readonly done: Set<F>;
  readonly notDone: Set<F>;
}

const MODES: readonly ReturnWhen[] = ["ALL_COMPLETED", "FIRST_COMPLETED", "FIRST_EXCEPTION"];

/**
 * Waits for several futures, of whatever executors. One that was cancelled is done, and has not failed.
 *
 * @param options.timeout Longest wait in milliseconds; when it is over the result is as it stands then.
 * @param options.returnWhen Until what to wait.
 * @param options.signal Aborts the wait: the promise rejects with `signal.reason`.
 * @throws {TypeError | RangeError} If the options are wrong or there is something else among the futures (the promise rejects).
 *
 * @see CPython `concurrent.futures.wait`
 */
export async function wait<F extends Future<any>>(
  futures: Iterable<F>,
  options: WaitOptions & WaitAsync = {},
): Promise<Waited<F>> {
  const { deadline, returnWhen } = checkOptions(options, "timeout, returnWhen, signal");
  const { signal } = options;
  signal?.throwIfAborted();
  const all = futuresOf(futures);
  const waits = new AbortController();
  const pending = [...all].filter(({ done }) => !done);
  let left = pending.length;
  let forget: (() => void) | undefined;
  await new Promise<void>((resolve, reject) => {
    const stopsAtFailure = returnWhen === "FIRST_EXCEPTION";
    if (isEnough(all.size, left, returnWhen) || (stopsAtFailure && hasFailed(all))) resolve();
    for (const future of pending) {
      future.isDoneWithin(deadline, waits.signal).then(
        (inTime) => {
          left--;
          if (!inTime || isEnough(all.size, left, returnWhen) || (stopsAtFailure && future.failed)) resolve();
        },
        // Called off below.
        () => {},
      );
    }
    forget = signal && onAbort(signal, () => reject(signal.reason));
  }).finally(() => {
    forget?.();
    waits.abort();
  });
  return sorted(all);
}

/**
 * As {@link wait}, blocking the thread.
 *
 * @throws {DeadlockError} If it would wait for ever for a future that no other thread has.
 * @throws {BlockingNotAllowedError} On a browser's main thread, if it would have to wait.
 */
export function waitSync<F extends Future<any>>(futures: Iterable<F>, options: WaitOptions = {}): Waited<F> {
  const { deadline, returnWhen } = checkOptions(options, "timeout, returnWhen");
  const all = futuresOf(futures);
  for (;;) {
    const pending = [...all].filter(({ done }) => !done);
    const failed = returnWhen === "FIRST_EXCEPTION" && hasFailed(all);
    if (failed || isEnough(all.size, pending.length, returnWhen)) break;
    checkHope(pending, deadline);
    if (!blockUntilAny(pending, deadline)) break;
  }
  return sorted(all);
}

/** @throws {DeadlockError} If nobody but this thread, which is about to wait for ever, could set any of these. */
export function checkHope(pending: readonly Future<any>[], deadline: Deadline): void {
  const [first] = pending;
  if (deadline.isEndless && pending.every((future) => future.isMine)) {
    throw new DeadlockError(`no other thread has ${first}, so that nobody could set it while this one waits`);
  }
}

function checkOptions(options: WaitOptions, known: string): { deadline: Deadline; returnWhen: ReturnWhen } {
  check("options", options, "object");
  checkOptionNames(options, known);
  const { returnWhen = "ALL_COMPLETED" } = options;
  const timeout = checkWait(options);
  if (!MODES.includes(returnWhen))
    throw new RangeError(`returnWhen must be one of ${MODES.join(", ")}, got ${returnWhen}`);
  return { deadline: new Deadline(timeout), returnWhen };
}

/** Whether so many are done, failed or not. */
function isEnough(all: number, pending: number, returnWhen: ReturnWhen): boolean {
  return pending === 0 || (returnWhen === "FIRST_COMPLETED" && pending < all);
}

function hasFailed(all: Iterable<Future<any>>): boolean {
  return [...all].some(({ failed }) => failed);
}

function sorted<F extends Future<any>>(all: ReadonlySet<F>): Waited<F> {
  const done = new Set<F>();
  const notDone = new Set<F>();
  for (const future of all) (future.done ? done : notDone).add(future);
  return { done, notDone };
}
