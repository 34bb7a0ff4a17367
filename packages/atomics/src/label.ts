// Locks may have a name, and say where they were acquired, for the message of a deadlock. Both lie behind the lock's words.

import type { Agent } from "./agent.ts";
import { ORDER, UNIT_WORDS } from "./heap.ts";
import { LOCK_WORDS, NAMED_BYTES, OBJECT_WORDS, TRACED_BYTES } from "./layout.ts";

/** What a lock can be given, to be known by in the message of a `DeadlockError`. */
export interface LockOptions {
  /** Its name; others see it cut after 92 bytes. */
  readonly name?: string;
  /** Whether it keeps the stack of each acquire, which is slow: for the hunt for a deadlock. */
  readonly trace?: boolean;
}

/** Writes a lock's name where others read it. */
export function label(agent: Agent, lock: number, name: string): void {
  if (name) write(agent, lock + LOCK_WORDS, name, NAMED_BYTES - (LOCK_WORDS + 1) * 4);
}

/** With what options a lock was made. */
export function labelsOf(agent: Agent, lock: number): LockOptions {
  return { name: nameOf(agent, lock), trace: isTraced(agent, lock) };
}

/** A lock's name; empty if it has none. */
export function nameOf(agent: Agent, lock: number): string {
  return sizeOf(agent, lock) < NAMED_BYTES ? "" : read(agent, lock + LOCK_WORDS);
}

/** Whether a lock has been made to say where it was acquired. */
export function isTraced(agent: Agent, lock: number): boolean {
  return sizeOf(agent, lock) >= TRACED_BYTES;
}

/** Keeps where the caller acquired a lock. */
export function keepTrace(agent: Agent, lock: number): void {
  const lines = new Error().stack?.split("\n") ?? [];
  // Without the line of the message, and the steps from the call that acquired it to here.
  const first =
    Math.max(
      0,
      lines.findLastIndex((line) => line.includes("checkSound")),
    ) + 1;
  write(agent, lock + NAMED_BYTES / 4, lines.slice(first).join("\n"), TRACED_BYTES - NAMED_BYTES - 4);
}

/** Where a lock was acquired, as the lines of a stack; empty if it does not say so. */
export function traceOf(agent: Agent, lock: number): string {
  return isTraced(agent, lock) ? read(agent, lock + NAMED_BYTES / 4) : "";
}

function sizeOf({ heap }: Agent, lock: number): number {
  const block = (UNIT_WORDS * 4) << ((heap.tags[(lock - OBJECT_WORDS) / UNIT_WORDS] as number) & ORDER);
  return block - OBJECT_WORDS * 4;
}

// A text is its length and its bytes. Those who read one that is being written see half of it.

function write({ heap }: Agent, place: number, text: string, most: number): void {
  const words = heap.reach(place);
  const bytes = new Uint8Array(most);
  // Into a copy, for encoders refuse shared memory.
  words[place] = new TextEncoder().encodeInto(text, bytes).written;
  new Uint8Array(words.buffer, (place + 1) * 4, most).set(bytes);
}

function read({ heap }: Agent, place: number): string {
  const words = heap.reach(place);
  return new TextDecoder().decode(new Uint8Array(words.buffer, (place + 1) * 4, words[place]).slice());
}
