// Guards the few lines that change a wait queue, the heap or the table of agents. Not for users: it is not fair, not abortable
// and meant for sections of some ten instructions.

import { endIfDead } from "./afterlife.ts";
import { contend } from "./contention.ts";

/**
 * Takes the lock at `words[index]`, which is 0 while it is free, for `agent`.
 *
 * @returns Whether it was taken over from an agent that died with it in its hands, and may have left things half done.
 */
export function lockSpin(words: Int32Array, index: number, agent: number): boolean {
  endIfDead(words, agent);
  return Atomics.compareExchange(words, index, 0, agent) !== 0 && contend(words, index, agent);
}

/** Gives it back. */
export function unlockSpin(words: Int32Array, index: number): void {
  Atomics.store(words, index, 0);
}
