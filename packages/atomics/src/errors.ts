/** What every error of the packages extends; `code` is stable across versions, messages are not. */
export class ConcurrencyError extends Error {
  // On the prototype, not a field: errors cost nothing more, and a bundler can drop the classes that a program does not use.
  override get name(): string {
    return "ConcurrencyError";
  }

  /** A stable identifier made of the name, such as `ERR_CONC_TIMEOUT` of a `TimeoutError`. */
  get code(): string {
    const words = this.name.replace(/Error$/, "").replace(/\B[A-Z]/g, "_$&");
    return `ERR_CONC_${words.toUpperCase()}`;
  }
}

/** Thrown when a call does not fit the state of its object: release of an unlocked lock, a second `start`, … */
export class InvalidStateError extends ConcurrencyError {
  override get name(): string {
    return "InvalidStateError";
  }
}

/** Thrown when somebody else owns what the call needs to own. */
export class NotOwnerError extends InvalidStateError {
  override get name(): string {
    return "NotOwnerError";
  }
}

/** Thrown when time ran out where a value was owed, as in `guard({ timeout })`. */
export class TimeoutError extends ConcurrencyError {
  override get name(): string {
    return "TimeoutError";
  }
}

/** Thrown in the agent whose wait would close a circle of waiting agents; the message draws the circle. */
export class DeadlockError extends ConcurrencyError {
  override get name(): string {
    return "DeadlockError";
  }
}

/** Thrown by an acquire that got a lock whose owner died: the caller holds it, what it guards may be half changed. */
export class OwnerDiedError extends ConcurrencyError {
  override get name(): string {
    return "OwnerDiedError";
  }
}

/** Thrown where this thread must not sleep (a browser's main thread) or no other thread could ever wake it. */
export class BlockingNotAllowedError extends ConcurrencyError {
  override get name(): string {
    return "BlockingNotAllowedError";
  }
}

/** Thrown when the arena can not grow any further, with what was asked for and what there is. */
export class ArenaFullError extends ConcurrencyError {
  override get name(): string {
    return "ArenaFullError";
  }
}
