import { ConcurrencyError, registerErrors } from "@conc/atomics";

/**
 * Thrown where the result of a future is asked for that was cancelled.
 *
 * @see CPython `concurrent.futures.CancelledError`
 */
export class CancelledError extends ConcurrencyError {
  override get name(): string {
    return "CancelledError";
  }
}

/** What a future comes to whose thread died while it worked on it: it exited, was terminated, or ran out of memory. */
export class WorkerDiedError extends ConcurrencyError {
  override get name(): string {
    return "WorkerDiedError";
  }
}

/**
 * Thrown by an executor that can not work any more, for its initializer failed, or its workers die before they are ready; its futures fail
 * with it, too. `cause` says why.
 *
 * @see CPython `concurrent.futures.BrokenExecutor`
 */
export class BrokenExecutorError extends ConcurrencyError {
  override get name(): string {
    return "BrokenExecutorError";
  }
}

registerErrors({ CancelledError, WorkerDiedError, BrokenExecutorError }, import.meta.url);
