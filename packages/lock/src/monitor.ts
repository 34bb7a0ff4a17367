import type { WaitQueue } from "@conc/atomics";

/** What a holder had, to be had again after a wait. */
export interface Holding {
  /** The async task that held, or 0 for the thread. */
  readonly task: number;
  /** How often it had re-entered. */
  readonly depth: number;
}

/** A lock as its conditions need it. */
export interface Monitor {
  /** The line of those who want the lock; notified waiters are moved into it. */
  readonly queue: WaitQueue;

  /** Puts a waiter's node at the end of that line. */
  enqueue(node: number): void;

  /** The async task that holds the lock, or 0 for a thread. */
  owner(): number;

  /** Whether the caller may wait for and notify conditions of the lock. */
  isHeld(): boolean;

  /** Frees the lock entirely, however often it was acquired. */
  releaseAll(): Holding;

  /** Makes the lock, which the caller has just got again, as deep as it was. */
  restore(holding: Holding): void;
}
