import { Arena, check, checkOptionNames, InvalidStateError, onAbort, sleepFor, TIMEOUT_MAX } from "@conc/atomics";
import { ScheduledEvent } from "./event.ts";
import { EventHeap } from "./event-heap.ts";

/** Milliseconds after which `runAsync` lets timers and messages have their turn, should one event be due after the other. */
const TURN = 10;

/** What a scheduler can be given. */
export interface SchedulerOptions {
  /** The clock: `performance.now`, which no change of the system's time disturbs, if left out. */
  readonly timefunc?: (() => number) | undefined;
  /**
   * Waits for so long, in the units of the clock; also called with 0 after each event. Blocks the thread (or, for `runAsync`, returns a
   * promise); if left out it does so for as many milliseconds, and `runAsync` uses a timer.
   */
  readonly delayfunc?: ((delay: number) => unknown) | undefined;
}

/**
 * Runs functions at their times: by time, then by priority (lowest first), then in the order in which they were entered.
 *
 * It belongs to the thread that made it, as its functions do, and is used there by as many tasks as there are: entering, cancelling and
 * running again from inside of an action is fine, and each event runs once, whoever runs. Other threads send a message to that thread,
 * which enters the event; `runAsync` takes notice at once.
 *
 * @example
 * const scheduler = new Scheduler();
 * scheduler.enter(20, 1, console.log, ["second"]);
 * scheduler.enter(10, 1, console.log, ["first"]);
 * await scheduler.runAsync();
 *
 * @see CPython `sched.scheduler`; here times are milliseconds, and arguments are a list.
 */
export class Scheduler {
  readonly #now: () => number;
  readonly #delay: ((delay: number) => unknown) | undefined;
  readonly #heap: EventHeap = new EventHeap();
  /** What to call when another event than before is the first one. */
  readonly #waiting = new Set<() => void>();
  #entered = 0;

  /** @throws {TypeError} If one of the functions is none, or an option unknown. */
  constructor(options: SchedulerOptions = {}) {
    checkOptionNames(options, "timefunc, delayfunc");
    const { timefunc = () => performance.now(), delayfunc } = options;
    check("timefunc", timefunc, "function");
    if (delayfunc !== undefined) check("delayfunc", delayfunc, "function");
    this.#now = timefunc;
    this.#delay = delayfunc;
  }

  /**
   * Has an action run after some time, counted from now.
   *
   * @param delay In milliseconds, or the units of the clock; below 0 is as 0.
   * @param priority Among events of the same time the lowest comes first.
   * @param args What it is called with.
   * @returns The event, good for {@link cancel}.
   * @throws {TypeError | RangeError} If the numbers are not finite, `action` is no function or `args` no array.
   */
  enter<A extends unknown[]>(
    delay: number,
    priority: number,
    action: (...args: A) => unknown,
    args?: A,
  ): ScheduledEvent {
    checkFinite("delay", delay);
    return this.enterAbs(this.#now() + delay, priority, action, args);
  }

  /** As {@link enter}, at a time of the clock; one that has passed is due at once. */
  enterAbs<A extends unknown[]>(
    time: number,
    priority: number,
    action: (...args: A) => unknown,
    args?: A,
  ): ScheduledEvent {
    checkFinite("time", time);
    checkFinite("priority", priority);
    check("action", action, "function");
    if (args !== undefined && !Array.isArray(args)) throw new TypeError(`args must be an array, got ${typeof args}`);
    const event = new ScheduledEvent(time, priority, this.#entered++, action, args ?? []);
    this.#heap.add(event);
    if (this.#heap.first === event) this.#wake();
    return event;
  }

  /**
   * Takes an event out of the queue.
   *
   * @throws {TypeError} If it is no event.
   * @throws {InvalidStateError} If it is not in this queue: it has run, was cancelled, or is another scheduler's.
   */
  cancel(event: ScheduledEvent): void {
    if (!(event instanceof ScheduledEvent)) throw new TypeError("cancel takes what enter() returned");
    const wasFirst = this.#heap.first === event;
    if (!this.#heap.remove(event)) {
      throw new InvalidStateError(
        "the event is not in the queue: it has run, was cancelled, or is of another scheduler",
      );
    }
    if (wasFirst) this.#wake();
  }

  /** Whether no event is waiting. */
  get empty(): boolean {
    return this.#heap.size === 0;
  }

  /** The events that wait, in the order in which they will run: a copy. */
  get queue(): ScheduledEvent[] {
    return this.#heap.sorted();
  }

  /**
   * Runs all events, and blocks the thread until each is due: timers and promises have to wait meanwhile.
   *
   * What an action throws is thrown here; its event is gone, the others stay for another `run`.
   *
   * @param options.blocking false runs only what is due.
   * @returns With `blocking: false`, how long it is until the next event is due; undefined if there is none.
   * @throws {TypeError} If an option is unknown or wrong. Or if an action returns a promise, which it can not wait for; use {@link runAsync}.
   * @throws {BlockingNotAllowedError} On a browser's main thread, if it would have to wait.
   */
  run(options: { readonly blocking?: boolean | undefined } = {}): number | undefined {
    checkOptionNames(options, "blocking");
    const { blocking = true } = options;
    check("blocking", blocking, "boolean");
    for (let event = this.#heap.first; event; event = this.#heap.first) {
      const left = event.time - this.#now();
      if (left > 0) {
        if (!blocking) return left;
        if (this.#delay) this.#delay(left);
        else sleep(left);
        // It may not have been long enough, or others have been entered: look again.
        continue;
      }
      this.#heap.remove(event);
      const result = event.action(...event.args);
      if (isThenable(result)) {
        result.then(undefined, () => {});
        throw new TypeError("an action returned a promise, which run() can not wait for: use runAsync()");
      }
      this.#delay?.(0);
    }
    return undefined;
  }

  /**
   * As {@link run}, without blocking the thread: awaits each action before the next, and takes notice of events that are entered or
   * cancelled while it waits. The program stays alive until the promise settles.
   *
   * @param options.signal Ends it between two events: the promise rejects with `signal.reason`, the others stay in the queue.
   */
  async runAsync(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    checkOptionNames(options, "signal");
    const { signal } = options;
    if (signal !== undefined) check("signal.addEventListener", signal?.addEventListener, "function");
    let turn = performance.now();
    for (;;) {
      signal?.throwIfAborted();
      const event = this.#heap.first;
      if (!event) return;
      const left = event.time - this.#now();
      if (left > 0) {
        await (this.#delay ? unlessAborted(this.#delay(left), signal) : this.#untilDue(left, signal));
        turn = performance.now();
        continue;
      }
      this.#heap.remove(event);
      await event.action(...event.args);
      if (this.#delay) await unlessAborted(this.#delay(0), signal);
      else if (performance.now() - turn > TURN) {
        await this.#untilDue(0, signal);
        turn = performance.now();
      }
    }
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** Waits so long; less if another event is the first one then. */
  #untilDue(left: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: () => void) => (): void => {
        clearTimeout(timer);
        forget?.();
        this.#waiting.delete(wake);
        outcome();
      };
      const wake = settle(resolve);
      // A timer may fire a little early, and counts no further than this: the caller looks at the clock again.
      const timer = setTimeout(wake, Math.min(Math.ceil(left), TIMEOUT_MAX));
      const forget =
        signal &&
        onAbort(
          signal,
          settle(() => reject(signal.reason)),
        );
      this.#waiting.add(wake);
    });
  }
}

/** Blocks for some milliseconds. */
function sleep(ms: number): void {
  const { agent } = Arena.default;
  agent.mayBlock("runAsync");
  sleepFor(agent, ms);
}

/** What a delay function gives, unless the signal is aborted first. */
async function unlessAborted(delay: unknown, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) {
    await delay;
    return;
  }
  let forget = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    forget = onAbort(signal, () => reject(signal.reason));
  });
  try {
    await Promise.race([delay, aborted]);
  } finally {
    forget();
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}

function checkFinite(what: string, value: number): void {
  check(what, value, "number");
  if (!Number.isFinite(value)) throw new RangeError(`${what} must be a finite number, got ${value}`);
}
