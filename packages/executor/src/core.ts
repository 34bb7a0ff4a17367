// What a future is made of. There are two kinds: one lies in the arena, where any thread can set it; the other belongs to the thread
// that submitted a task, which alone hears what came of that.

import type { Deadline, Handle, WaitQueue } from "@conc/atomics";

// The states; from CANCELLED on it is done.
export const PENDING = 0;
export const RUNNING = 1;
export const CANCELLED = 2;
/** Cancelled, and who was to work on it knows. */
export const NOTIFIED = 3;
export const RETURNED = 4;
export const RAISED = 5;
/** Its worker died. */
export const DIED = 6;

/** The state of a future, and who waits for it. */
export interface Core {
  /** The state, out of date as soon as read. */
  state(): number;

  /** What it returned or raised, made anew each time; of other states undefined. */
  value(): unknown;

  /** Whether the value was copied from what another thread has, and nobody else has it. */
  readonly isFromAbroad: boolean;

  /** How many of the arena were done before, modulo 2^32. */
  readonly order: number;

  /** Cancels it if it is pending; whether it was. */
  cancel(): boolean;

  /**
   * This thread begins to work on it.
   *
   * @returns The state before: only what was PENDING or CANCELLED has changed.
   */
  begin(): number;

  /**
   * Ends it.
   *
   * @param state RETURNED or RAISED.
   * @returns false if it was done.
   * @throws {TypeError} If the value can not travel.
   */
  end(state: number, value: unknown): boolean;

  /** Whether nobody but this thread could ever end it. */
  readonly isMine: boolean;

  /** The line in which a thread stands that blocks until it is done. */
  readonly line: WaitQueue;

  /** Milliseconds for which it may be left alone by who waits for it; then its time may be over. */
  readonly patience: number;

  /** Blocks; whether it was done in time. */
  blockUntilDone(deadline: Deadline): boolean;

  /** Resolves to whether it was done in time. */
  isDoneWithin(deadline: Deadline, signal?: AbortSignal): Promise<boolean>;

  /** Makes a handle of the future. */
  handle(): Handle;

  /** Names it, and says how it stands. */
  toString(): string;
}

/** How a future stands, in words. */
export function describe(core: Core): string {
  switch (core.state()) {
    case PENDING:
      return "pending";
    case RUNNING:
      return "running";
    case RETURNED:
      return `returned ${typeName(core.value())}`;
    case RAISED:
      return `raised ${typeName(core.value())}`;
    case DIED:
      return "its thread died";
    default:
      return "cancelled";
  }
}

function typeName(value: unknown): string {
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value;
  return (value as { constructor?: { name?: string } }).constructor?.name ?? "object";
}
