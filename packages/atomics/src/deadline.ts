/** The longest finite timeout, in milliseconds (2^31 - 1, about 24.8 days): what timers of the platform can count. */
export const TIMEOUT_MAX: number = 2 ** 31 - 1;

/** How long a call may wait. */
export interface Wait {
  /** Longest wait in milliseconds; left out or `Infinity` waits for ever, 0 only tries. */
  timeout?: number | undefined;
}

/** How long an async call may wait, and what cuts it short. */
export interface WaitAsync extends Wait {
  /** Aborts the wait: it rejects with `signal.reason` and holds nothing. */
  signal?: AbortSignal | undefined;
}

/** How an acquiring call may wait. */
export interface WaitOrTry extends Wait {
  /** false only tries; it can not be combined with `timeout`. */
  blocking?: boolean | undefined;
}

/**
 * The moment at which a wait gives up, on the monotonic clock.
 *
 * Made once per call and before anything else, so that bad options throw while nothing has changed, and so that a wait which
 * wakes up early and sleeps again does not stretch its time.
 */
export class Deadline {
  /** A deadline that never comes. */
  static readonly NEVER: Deadline = new Deadline(Number.POSITIVE_INFINITY);

  readonly #at: number;

  private constructor(at: number) {
    this.#at = at;
  }

  /**
   * Reads and checks the options of a waiting call.
   *
   * @throws {TypeError} If an option is of the wrong type.
   * @throws {RangeError} If `timeout` is negative, NaN or finite above {@link TIMEOUT_MAX}, or comes with `blocking: false`.
   */
  static of(options?: Wait | WaitAsync | WaitOrTry): Deadline {
    return Deadline.after(checkWait(options));
  }

  /** The moment so many milliseconds from now, which have been checked. */
  static after(timeout: number): Deadline {
    return timeout === Number.POSITIVE_INFINITY ? Deadline.NEVER : new Deadline(performance.now() + timeout);
  }

  /** Milliseconds that are left: `Infinity` if it never comes, 0 once it has passed. */
  remaining(): number {
    return this === Deadline.NEVER ? Number.POSITIVE_INFINITY : Math.max(0, this.#at - performance.now());
  }
}

/**
 * Checks the options of a waiting call and says how long it may wait, in milliseconds.
 *
 * @throws {TypeError | RangeError} As {@link Deadline.of}.
 */
export function checkWait(options: Wait | WaitAsync | WaitOrTry | undefined): number {
  if (options === undefined) return Number.POSITIVE_INFINITY;
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `options must be an object such as { timeout: 100 }, got ${options === null ? "null" : typeof options}`,
    );
  }
  const { timeout, blocking, signal } = options as WaitAsync & WaitOrTry;
  if (blocking !== undefined && typeof blocking !== "boolean") {
    throw new TypeError(`blocking must be true or false, got ${typeof blocking}`);
  }
  if (signal !== undefined && typeof signal?.addEventListener !== "function") {
    throw new TypeError("signal must be an AbortSignal");
  }
  if (timeout === undefined) return blocking === false ? 0 : Number.POSITIVE_INFINITY;
  checkMilliseconds("timeout", timeout);
  if (blocking === false) throw new RangeError("blocking: false can not be combined with a timeout");
  return timeout;
}

/**
 * Checks a span of time in milliseconds: 0 to {@link TIMEOUT_MAX}, or `Infinity`.
 *
 * @throws {TypeError | RangeError} With `what` in the message.
 */
export function checkMilliseconds(what: string, value: number): void {
  if (typeof value !== "number")
    throw new TypeError(`${what} must be a number of milliseconds, got ${value === null ? "null" : typeof value}`);
  if (!(value >= 0) || (value > TIMEOUT_MAX && value !== Number.POSITIVE_INFINITY)) {
    throw new RangeError(`${what} must be from 0 to ${TIMEOUT_MAX} milliseconds, or Infinity, got ${value}`);
  }
}
