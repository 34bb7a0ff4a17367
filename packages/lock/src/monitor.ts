// A lock as its conditions need it. These are functions and not methods, so that locks without conditions are smaller, and users do not
// meet them.

import type { WaitQueue } from "@conc/atomics";
import { DEPTH, Lock, TASK } from "./lock.ts";

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
  readonly queue: WaitQueue;
  readonly owned?: boolean;
  left(empty: boolean): boolean;
}

/** A lock as its conditions need it. */
export class Monitor {
  /** The line of those who want the lock. */
  readonly queue: WaitQueue;
  readonly #lock: Lock;
  readonly #inside: Inside;

  constructor(lock: Lock) {
    this.#lock = lock;
    this.#inside = lock as unknown as Inside;
    this.queue = this.#inside.queue;
  }

  /** Whether the caller may wait and notify: of a plain lock, which anyone may release, it is no matter who holds it. */
  get isHeld(): boolean {
    return this.#inside.owned ?? this.#lock.locked;
  }

  /** How the lock is held. */
  get holding(): Holding {
    const { words, base } = this.#inside;
    return { task: words[base + TASK] as number, depth: words[base + DEPTH] as number };
  }

  /** Moves a notified waiter, which is out of its own line, into the line for the lock. */
  admit(node: number): void {
    const { queue } = this;
    queue.lock();
    queue.push(node);
    // Free already, if a third party released it: then nobody would tell the waiter to look.
    const woken = this.#inside.left(false) ? queue.signal() : 0;
    queue.unlock();
    queue.wake(woken);
  }

  /** Frees the lock entirely, however often it was acquired. A task that owned it keeps its mark: it will own it again. */
  releaseAll(): Holding {
    const { holding } = this;
    this.#set({ task: 0, depth: 0 });
    Lock.prototype.release.call(this.#lock);
    return holding;
  }

  /** Makes the lock, which the caller has just got again, as deep as it was. */
  restore(holding: Holding): void {
    this.#set(holding);
  }

  #set({ task, depth }: Holding): void {
    const { words, base } = this.#inside;
    words[base + TASK] = task;
    words[base + DEPTH] = depth;
  }
}
