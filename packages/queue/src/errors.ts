import { ConcurrencyError } from "@conc/atomics";

/** Thrown by a get when there was no item in time. */
export class QueueEmptyError extends ConcurrencyError {
  override get name(): string {
    return "QueueEmptyError";
  }
}

/** Thrown by a put when there was no room in time. */
export class QueueFullError extends ConcurrencyError {
  override get name(): string {
    return "QueueFullError";
  }
}

/** Thrown by a put after `shutdown`, and by a get when there is nothing left either. */
export class QueueShutDownError extends ConcurrencyError {
  override get name(): string {
    return "QueueShutDownError";
  }
}
