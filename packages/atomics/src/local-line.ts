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

/** An async task that waits in the line of a primitive which only this thread knows. */
export class LocalWaiter implements PendingWait {
  readonly line: LocalLine;
  readonly task: number;
  state: typeof WAITING | typeof SIGNALLED = WAITING;
  /** Called after the state has changed. */
  woken: (() => void) | undefined;

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
    line.waiters.delete(this);
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
  /** Oldest first. */
  readonly waiters: Set<LocalWaiter> = new Set();

  constructor(owner: Waitable) {
    this.owner = owner;
  }

  get isEmpty(): boolean {
    return this.waiters.size === 0;
  }

  lock(): void {}

  unlock(): void {}

  signal(count = 1): number[] {
    let left = count;
    for (const waiter of this.waiters) {
      if (left-- === 0) break;
      if (waiter.state === WAITING) queueMicrotask(() => waiter.woken?.());
      waiter.state = SIGNALLED;
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

  async waitAsync(deadline: Deadline, signal?: AbortSignal, task = 0): Promise<boolean> {
    if (this.owner.admit(task, this.isEmpty)) return true;
    const waiter = new LocalWaiter(this, task);
    this.waiters.add(waiter);
    if (this.owner.changed(false)) this.signal();
    stayAlive();
    try {
      return await untilSettled(waiter, deadline, signal);
    } finally {
      mayEnd();
    }
  }
}
