import type { Deadline } from "./deadline.ts";

/** What a line asks of the primitive whose line it is. */
export interface Waitable {
  /** Names the primitive, for messages. */
  toString(): string;

  /** The name that it was given, if any. */
  readonly name?: string;

  /**
   * Takes what the waiter wants if that is possible now; else marks the value, so that whoever changes it looks at the line.
   * Called under the line's lock before the waiter joins, and without it when a waiter in the line was signalled.
   *
   * @param task The async task that the waiter waits for; 0 for a thread.
   * @param mayPass Whether it may come before those who wait: false for a task that comes anew when there are some.
   */
  admit(task: number, mayPass: boolean): boolean;

  /** As `admit` for one who may pass, but if it fails it has not changed anything. What only others can give has no such method. */
  tryAdmit?(task: number): boolean;

  /**
   * Somebody joined or left the line, whose lock is held: marks the value, or takes the mark off if the line is `empty`.
   *
   * @returns Whether somebody in the line should look again.
   */
  changed(empty: boolean): boolean;

  /** A waiter that was granted or handed what it wants gives up: leaves that to the next one. */
  passOn(): void;

  /**
   * Of a lock, whose value names its owner: whether it is held in such a way that a blocking wait of this thread could not end.
   * What others release as well has no such method.
   */
  isHopeless?(): boolean;

  /** The async twin of the blocking call that waits here, for the message where blocking is not allowed. */
  readonly asyncForm: string;
}

/** Those who want in where not everybody can be: of a primitive that only this thread knows, or of one in the arena. */
export interface Line {
  /** Whether nobody waits; out of date as soon as read, unless the line's lock is held. */
  readonly isEmpty: boolean;

  lock(): void;

  /** @param woken What `signal` and its like returned under the lock. */
  unlock(woken?: number[]): void;

  /** Tells the oldest waiters who can go on now to look again. Needs the line's lock. */
  signal(count?: number): number[];

  /**
   * Blocks until admitted; false if the time ran out first.
   *
   * @throws {BlockingNotAllowedError} If this thread must not sleep.
   * @throws {DeadlockError} If the wait could never end.
   */
  wait(deadline: Deadline, task?: number): boolean;

  /** Resolves to true once admitted, to false if the time ran out first; rejects with the signal's reason if aborted first. */
  waitAsync(deadline: Deadline, signal?: AbortSignal, task?: number): Promise<boolean>;

  /** Hands the lock to the oldest waiter if others were faster for too long; undefined if it is not. Needs the line's lock. */
  handOver?(): number[] | undefined;

  /** The oldest waiter if others were faster for too long; else 0. Needs the line's lock. */
  readonly heir?: number;

  /** Hands a permit to an heir. Needs the line's lock. */
  handPermitTo?(heir: number): number[];

  /** Whether a value of the lock names an owner that has died. */
  isOrphan?(word: number): boolean;

  /**
   * Somebody has acquired the lock: keeps where, if the lock is made for that.
   *
   * @throws {OwnerDiedError} If an owner died with the lock, and nobody has recovered it.
   */
  examine?(): void;
}
