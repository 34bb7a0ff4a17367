// A lock as its conditions need it. This stands apart from the lock, so that locks without conditions are smaller, and users do not meet
// it.

import {
  announceReturn,
  BY_TASK,
  Deadline,
  type Line,
  LOCK_DEPTH,
  LOCK_TASK,
  moveIn,
  resumeBlocked,
  SIGNAL,
  SIGNALLED,
  type Waiter,
  type WaitQueue,
} from "@conc/atomics";
import { Lock } from "./lock.ts";

/** What a holder had, to be had again after a wait. */
export interface Holding {
  /** The async task that held, or 0 for the thread. */
  readonly task: number;
  /** How often it had re-entered. */
  readonly depth: number;
}

/** What of a lock only its conditions may touch. */
interface Inside {
  readonly words: Int32Array;
  readonly base: number;
  readonly line: Line;
  readonly owned?: boolean;
  readonly mine: boolean;
  tryTake(task: number): boolean;
  checkSound(): boolean;
}

/** A lock as its conditions need it. */
export class Monitor {
  readonly #lock: Lock;
  readonly #inside: Inside;

  constructor(lock: Lock) {
    this.#lock = lock;
    this.#inside = lock as unknown as Inside;
  }

  /** Has the lock live in the arena, where its conditions put those who wait. */
  moveIn(): void {
    moveIn(this.#lock);
  }

  /** The line of those who want the lock, once that lives in the arena. */
  get queue(): WaitQueue {
    return this.#inside.line as WaitQueue;
  }

  /** Whether the caller may wait and notify: of a plain lock, which anyone may release, it is no matter who holds it. */
  get isHeld(): boolean {
    return this.#inside.owned ?? this.#lock.locked;
  }

  /** How the lock is held. */
  get holding(): Holding {
    const { words, base } = this.#inside;
    const byTask = (Atomics.load(words, base) & BY_TASK) !== 0;
    return { task: byTask ? (words[base + LOCK_TASK] as number) : 0, depth: words[base + LOCK_DEPTH] as number };
  }

  /** Moves a notified waiter, which is out of its own line, into the line for the lock. */
  admit(node: number): void {
    const { queue } = this;
    queue.lock();
    announceReturn(queue.agent, node, queue.at);
    const woken = queue.push(node);
    // Somebody else, who holds it, may sleep already: then the moved waiter alone can find that they wait for each other.
    queue.unlock(this.#inside.mine ? woken : [...woken, queue.tell(node, SIGNALLED)]);
  }

  /** Frees the lock entirely, however often it was acquired. A task that owned it keeps its mark: it will own it again. */
  releaseAll(): Holding {
    const { holding } = this;
    this.#set({ task: 0, depth: 0 });
    Lock.prototype.release.call(this.#lock);
    return holding;
  }

  /** Blocks until the lock is held again, for a waiter that was not notified. */
  reacquire(waiter: Waiter, task: number): void {
    if (!this.#inside.tryTake(task) && !this.queue.join(waiter, task)) this.resume(waiter);
  }

  /** Blocks until the lock is held again, for a waiter that stands in line for it. */
  resume(waiter: Waiter): void {
    resumeBlocked(this.queue, waiter, new Deadline(), true);
  }

  /**
   * Makes the lock, which the caller has just got again, as deep as it was.
   *
   * @throws {OwnerDiedError} If the one who held it meanwhile has died; the caller holds it all the same.
   */
  restore(holding: Holding): void {
    this.#set(holding);
    this.#inside.checkSound();
  }

  #set({ task, depth }: Holding): void {
    const { words, base } = this.#inside;
    words[base + LOCK_TASK] = task;
    // Of a plain lock it says something else, which somebody who does not hold it may write at any moment: there it is 0, and left alone.
    const before = words[base + LOCK_DEPTH] as number;
    if (before !== depth && before !== SIGNAL) words[base + LOCK_DEPTH] = depth;
  }
}
