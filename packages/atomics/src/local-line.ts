// The line of a primitive that only this thread knows. Only async tasks can stand in it: while the thread blocks nothing changes.

import { type PendingWait, untilSettled } from "./async-wait.ts";
import { blockingNotAllowed } from "./blocking.ts";
import type { Deadline } from "./deadline.ts";
import { DeadlockError } from "./errors.ts";
import { mayEnd, stayAlive } from "./keep-alive.ts";
import { SIGNALLED, WAITING } from "./layout.ts";
import type { Line, Waitable } from "./line.ts";

/** How this thread sleeps. An arena brings its own way, by which the others know of it. */
let sleep = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
};

/** From now on the thread sleeps in this way. */
export function setSleep(way: (ms: number) => void): void {
  sleep = way;
}

const NOW = Promise.resolve();

/** Has a waiter look, in a microtask of its own. */
function wake(waiter: LocalWaiter): void {
  // Node's `queueMicrotask` makes an `AsyncResource` each time, which takes several times as long.
  NOW.then(() => waiter.woken?.());
}

/** An async task that waits in the line of a primitive which only this thread knows. */
export class LocalWaiter implements PendingWait {
  readonly line: LocalLine;
  readonly task: number;
  state: typeof WAITING | typeof SIGNALLED = WAITING;
  /** Called after the state has changed. */
  woken: (() => void) | undefined;
  /** The one that came before it, and the one that came after. */
  older: LocalWaiter | undefined;
  younger: LocalWaiter | undefined;

  constructor(line: LocalLine, task: number) {
    this.line = line;
    this.task = task;
  }

  /** Whether it has what it wants; follows a signal by trying again, and leaves the line if that succeeds. */
  look(): boolean {
    if (this.state === WAITING) return false;
    this.state = WAITING;
    if (!this.line.owner.admit(this.task, true)) return false;
    this.leave();
    return true;
  }

  /** Takes it out of the line, and passes on a signal that it had; false if it has what it wants. */
  leave(): boolean {
    const { line, state } = this;
    line.remove(this);
    if (line.owner.changed(line.isEmpty) || state === SIGNALLED) line.signal();
    return true;
  }

  passOn(): void {
    this.line.owner.passOn();
  }
}

/** The line of a primitive that only this thread knows. */
export class LocalLine implements Line {
  readonly owner: Waitable;
  // A chain and not a `Set`: of one from which the oldest were deleted, V8 walks past the holes of them all to find the first.
  oldest: LocalWaiter | undefined;
  #youngest: LocalWaiter | undefined;

  constructor(owner: Waitable) {
    this.owner = owner;
  }

  get isEmpty(): boolean {
    return this.oldest === undefined;
  }

  /** Takes a waiter out of the line in which it stands. */
  remove(waiter: LocalWaiter): void {
    const { older, younger } = waiter;
    if (older) older.younger = younger;
    else this.oldest = younger;
    if (younger) younger.older = older;
    else this.#youngest = older;
    mayEnd();
  }

  /** Puts a waiter at the end of the line; as long as it stands there the program stays alive. */
  #add(waiter: LocalWaiter): void {
    waiter.older = this.#youngest;
    if (this.#youngest) this.#youngest.younger = waiter;
    else this.oldest = waiter;
    this.#youngest = waiter;
    stayAlive();
  }

  lock(): void {}

  unlock(): void {}

  signal(count = 1): number[] {
    let waiter = this.oldest;
    for (let left = count; waiter !== undefined && left > 0; left--) {
      if (waiter.state === WAITING) wake(waiter);
      waiter.state = SIGNALLED;
      waiter = waiter.younger;
    }
    return [];
  }

  wait(deadline: Deadline): boolean {
    const { asyncForm } = this.owner;
    const ms = deadline.remaining();
    try {
      sleep(ms === Number.POSITIVE_INFINITY ? 0 : ms);
    } catch {
      throw blockingNotAllowed(asyncForm);
    }
    if (ms < Number.POSITIVE_INFINITY) return false;
    throw new DeadlockError(`this wait for ${this.owner} would never end: no other thread knows it`);
  }

  // Not `async`, nor is `obtainAsync` of the lock: of thousands of pending waits, most of the cost is the garbage collector's, for what
  // each of them keeps.
  waitAsync(deadline: Deadline, signal?: AbortSignal, task = 0): Promise<boolean> {
    if (this.owner.admit(task, this.isEmpty)) return Promise.resolve(true);
    const waiter = new LocalWaiter(this, task);
    this.#add(waiter);
    if (this.owner.changed(false)) this.signal();
    return untilSettled(waiter, deadline, signal);
  }
}
