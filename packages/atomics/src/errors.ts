// `name` and `code` are getters on the prototype, not fields: they cost nothing per error, and a bundler can drop the classes
// that a program does not use.

/** What every error of the packages extends; `code` is stable across versions, messages are not. */
export class ConcurrencyError extends Error {
  override get name(): string {
    return "ConcurrencyError";
  }

  /** A stable identifier, such as `ERR_CONC_TIMEOUT`. */
  get code(): string {
    return "ERR_CONC";
  }
}

/** Thrown when a call does not fit the state of its object: release of an unlocked lock, a second `start`, … */
export class InvalidStateError extends ConcurrencyError {
  override get name(): string {
    return "InvalidStateError";
  }
  override get code(): string {
    return "ERR_CONC_INVALID_STATE";
  }
}

/** Thrown when somebody else owns what the call needs to own. */
export class NotOwnerError extends InvalidStateError {
  override get name(): string {
    return "NotOwnerError";
  }
  override get code(): string {
    return "ERR_CONC_NOT_OWNER";
  }
}

/** Thrown when time ran out where a value was owed, as in `guard({ timeout })`. */
export class TimeoutError extends ConcurrencyError {
  override get name(): string {
    return "TimeoutError";
  }
  override get code(): string {
    return "ERR_CONC_TIMEOUT";
  }
}

/** Thrown in the agent whose wait would close a circle of waiting agents; the message draws the circle. */
export class DeadlockError extends ConcurrencyError {
  override get name(): string {
    return "DeadlockError";
  }
  override get code(): string {
    return "ERR_CONC_DEADLOCK";
  }
}

/** Thrown by an acquire that got a lock whose owner died: the caller holds it, what it guards may be half changed. */
export class OwnerDiedError extends ConcurrencyError {
  override get name(): string {
    return "OwnerDiedError";
  }
  override get code(): string {
    return "ERR_CONC_OWNER_DIED";
  }
}

/** Thrown where this thread must not sleep (a browser's main thread) or no other thread could ever wake it. */
export class BlockingNotAllowedError extends ConcurrencyError {
  override get name(): string {
    return "BlockingNotAllowedError";
  }
  override get code(): string {
    return "ERR_CONC_BLOCKING_NOT_ALLOWED";
  }
}

/** Thrown when the arena can not grow any further, with what was asked for and what there is. */
export class ArenaFullError extends ConcurrencyError {
  override get name(): string {
    return "ArenaFullError";
  }
  override get code(): string {
    return "ERR_CONC_ARENA_FULL";
  }
}
