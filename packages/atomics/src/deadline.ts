/** The longest finite timeout, in milliseconds (2^31 - 1, about 24.8 days): what timers of the platform can count. */
export const TIMEOUT_MAX: number = 2 ** 31 - 1;

const FOR_EVER = Number.POSITIVE_INFINITY;

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
  readonly #at: number;

  /** @param timeout Milliseconds from now, as {@link checkWait} gives them; left out, it never comes. */
  constructor(timeout: number = FOR_EVER) {
    this.#at = timeout === FOR_EVER ? timeout : performance.now() + timeout;
  }

  /** Whether it never comes. */
  get isEndless(): boolean {
    return this.#at === FOR_EVER;
  }

  /** Milliseconds that are left: `Infinity` if it never comes, 0 once it has passed. */
  remaining(): number {
    return this.isEndless ? FOR_EVER : Math.max(0, this.#at - performance.now());
  }
}

/**
 * Checks the options of a waiting call and says how long it may wait, in milliseconds.
 *
 * @throws {TypeError} If an option is of the wrong type.
 * @throws {RangeError} If `timeout` is negative, NaN or finite above {@link TIMEOUT_MAX}, or comes with `blocking: false`.
 */
export function checkWait(options: Wait | WaitAsync | WaitOrTry | undefined): number {
  if (options === undefined) return FOR_EVER;
  check("options", options, "object");
  const { timeout, blocking = true, signal } = options as WaitAsync & WaitOrTry;
  check("blocking", blocking, "boolean");
  if (signal !== undefined) check("signal.addEventListener", signal?.addEventListener, "function");
  if (timeout !== undefined) {
    checkMilliseconds("timeout", timeout);
    if (!blocking) throw new RangeError("blocking: false can not be combined with a timeout");
  }
  return blocking ? (timeout ?? FOR_EVER) : 0;
}

/**
 * Checks a span of time in milliseconds: 0 to {@link TIMEOUT_MAX}, or `Infinity`.
 *
 * @throws {TypeError | RangeError} With `what` in the message.
 */
export function checkMilliseconds(what: string, value: number): void {
  check(what, value, "number");
  if (!(value >= 0) || (value > TIMEOUT_MAX && value !== FOR_EVER)) {
    throw new RangeError(`${what} must be 0 to ${TIMEOUT_MAX} milliseconds or Infinity, got ${value}`);
  }
}

/**
 * Checks the type of an argument.
 *
 * @throws {TypeError} With `what` in the message; null is no object here.
 */
export function check(
  what: string,
  value: unknown,
  type: "boolean" | "function" | "number" | "object" | "string",
): void {
  const found = value === null ? "null" : typeof value;
  if (found !== type) throw new TypeError(`${what} must be of type ${type}, got ${found}`);
}

/**
 * Checks that options are an object, and that there is no other option in it than these.
 *
 * @param known Their names, with commas between them.
 * @throws {TypeError} With the first unknown one, and the known ones, in the message.
 */
export function checkOptionNames(options: object, known: string): void {
  check("options", options, "object");
  for (const name in options) {
    if (!known.split(", ").includes(name)) throw new TypeError(`unknown option ${name}: there is ${known}`);
  }
}
