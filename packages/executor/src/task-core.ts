import { Deadline, type Handle, InvalidStateError, onAbort, type WaitQueue } from "@conc/atomics";
import { CANCELLED, type Core, DIED, describe, PENDING, RAISED, RETURNED, RUNNING } from "./core.ts";
import type { Desk } from "./desk.ts";
import { WorkerDiedError } from "./errors.ts";
import { nextOrder, SharedCore } from "./shared-core.ts";

/**
 * The future of a task, in the thread that submitted it.
 *
 * It lies in no arena: there may be a hundred thousand of them. If another thread is to have it, one that does is made to go with it, and
 * comes to the same; this thread works on that one, as it were, until then.
 */
export class TaskCore implements Core {
  readonly #desk: Desk;
  readonly task: number;
  #state = PENDING;
  #value: unknown;
  #done: Promise<boolean> | undefined;
  #resolve: ((done: true) => void) | undefined;
  #twin: SharedCore | undefined;
  order = 0;
  isFromAbroad = false;
  /** Ends it if its time is over; milliseconds until then, at least. */
  look: (() => number) | undefined;
  /** Called once when it is settled. */
  onSettled: (() => void) | undefined;

  constructor(desk: Desk, task: number) {
    this.#desk = desk;
    this.task = task;
  }

  /** Whether it is known how it ended. */
  get isSettled(): boolean {
    return this.#state !== PENDING;
  }

  state(): number {
    if (this.#state === PENDING) this.#desk.look();
    if (this.#state === PENDING) this.look?.();
    if (this.#state !== PENDING) return this.#state;
    return this.#desk.isRunning(this.task) ? RUNNING : PENDING;
  }

  value(): unknown {
    return this.#value;
  }

  cancel(): boolean {
    return this.state() === PENDING && this.#desk.withdraw(this);
  }

  begin(): number {
    return Math.max(this.state(), RUNNING);
  }

  end(): never {
    throw new InvalidStateError(`${this}: it is for its executor to end it`);
  }

  /** It has come to its end. */
  settle(state: number, value?: unknown): void {
    if (this.#state !== PENDING) return;
    this.#state = state;
    this.#value = value;
    this.order = nextOrder(this.#desk.pool.arena);
    this.#tellTwin();
    this.#resolve?.(true);
    this.#resolve = undefined;
    this.onSettled?.();
    this.onSettled = undefined;
  }

  // Its worker may end it at any moment.
  readonly isMine = false;

  get line(): WaitQueue {
    return this.#desk.line;
  }

  blockUntilDone(deadline: Deadline): boolean {
    for (;;) {
      if (this.state() >= CANCELLED) return true;
      const remaining = deadline.remaining();
      if (remaining === 0) return false;
      this.#desk.block(() => this.isSettled, new Deadline(Math.min(remaining, this.patience)));
    }
  }

  get patience(): number {
    return this.look?.() ?? Number.POSITIVE_INFINITY;
  }

  isDoneWithin(deadline: Deadline, signal?: AbortSignal): Promise<boolean> {
    if (this.state() >= CANCELLED) return Promise.resolve(true);
    this.#done ??= new Promise((resolve) => {
      this.#resolve = resolve;
    });
    return deadline.isEndless && !signal ? this.#done : before(this.#done, deadline, signal);
  }

  handle(): Handle {
    if (!this.#twin) {
      this.#twin = new SharedCore();
      this.#twin.begin();
      if (this.state() >= CANCELLED) this.#tellTwin();
      else this.#desk.watch(this);
    }
    return this.#twin.handle();
  }

  toString(): string {
    return `Future@${this.task.toString(16)}(${describe(this)})`;
  }

  #tellTwin(): void {
    const twin = this.#twin;
    if (!twin) return;
    if (this.#state === RETURNED || this.#state === RAISED) twin.end(this.#state, this.#value);
    else if (this.#state === DIED) twin.end(RAISED, new WorkerDiedError("the thread died that worked on it"));
    else twin.callOff();
  }
}

/** Resolves to whether `done` came first, and not the end of the time; rejects if the wait is aborted before. */
function before(done: Promise<boolean>, deadline: Deadline, signal: AbortSignal | undefined): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const finish = (): void => {
      clearTimeout(timer);
      forget?.();
    };
    const forget =
      signal &&
      onAbort(signal, () => {
        finish();
        reject(signal.reason);
      });
    const tick = (): void => {
      const remaining = deadline.remaining();
      if (remaining > 0) {
        timer = setTimeout(tick, Math.ceil(remaining));
        return;
      }
      finish();
      resolve(false);
    };
    if (!deadline.isEndless) tick();
    void done.then(() => {
      finish();
      resolve(true);
    });
  });
}
