// Deno says of a thread at once that it was terminated, but ends it only when it returns to its event loop: one that computes, or was
// blocked and is woken, goes on, when its slot and what it held may be somebody else's. So there it ends itself: before it falls asleep,
// when it has been woken, and before it changes a line or the heap. Nobody waits for it in vain: to the others it was dead before.
//
// Between that look and what follows others may still declare it dead; and what it does without any of these, such as to take a lock
// that is free, it does as a dead one. Against that only Deno could help.

import { isDead } from "./contention.ts";

const LINGERS: boolean = globalThis.process?.versions?.deno !== undefined;

/** Ends this thread if it has been declared dead and the engine lets it live on. */
export function endIfDead(words: Int32Array, id: number): void {
  if (!LINGERS || !isDead(words, id)) return;
  const { process } = globalThis;
  // Nothing of a terminated thread runs any more.
  process.removeAllListeners("exit");
  process.exit();
}
