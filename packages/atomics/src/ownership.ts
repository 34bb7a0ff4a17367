// What becomes of a lock whose owner dies. Its word still names the dead one, and those who wait are told to look when an agent dies.
// Whoever comes first puts its own id there, and the mark ORPHANED, which stays until somebody says that all is in order.

import { isDead } from "./agent-table.ts";
import { OwnerDiedError } from "./errors.ts";
import { isTraced, keepTrace } from "./label.ts";
import { LOCK_DEPTH, ORPHANED, OWNER, SIGNAL } from "./layout.ts";
import type { WaitQueue } from "./wait-queue.ts";

/** Whether a value of a lock names an owner that has died, see `Peers`. */
export function isOrphan({ agent, at }: WaitQueue, word: number): boolean {
  return agent.heap.reach(at)[at + LOCK_DEPTH] !== SIGNAL && isDead(agent, word & OWNER);
}

/** Somebody has acquired a lock, see `Peers`. */
export function examine({ agent, at, owner }: WaitQueue): void {
  if (isTraced(agent, at)) keepTrace(agent, at);
  if ((Atomics.load(agent.heap.reach(at), at) & ORPHANED) === 0) return;
  throw new OwnerDiedError(
    `the owner of ${owner} died: the caller holds it now, and what it guards may be half changed; recover() it or release() it`,
  );
}
