// What the flows of `deadlock.test.ts` do by themselves.
import {
  AGENT_BLOCKED,
  AGENT_DEAD,
  AGENT_FOREIGN,
  AGENT_STATE,
  Arena,
  agentsOf,
  DeadlockError,
  endAgent,
} from "@conc/atomics";
import type { Lock } from "@conc/lock";
import type { Form } from "@conc/testkit/form.ts";
import { lineOf } from "@conc/testkit/lock-actions.ts";

/** Of an agent's slot: the word that holds its id. */
const AGENT_ID = 0;

/** Of a waiter's node: since when others were faster. */
const NODE_SINCE = 6;

// Cells of those who embrace each other.
const HOLDING = 0;
const DONE = 1;
/** How often somebody was refused. */
export const REFUSED = 2;
/** Rounds in which another number than one were refused. */
export const WRONG = 3;

/** Gives the flow's thread a name, by which messages call it; who it is in the arena. */
export function callMe(_form: Form, name: string): number {
  const { agent } = Arena.default;
  agentsOf(Arena.default).rename(agent.id, name);
  return agent.id;
}

/** Acquires in a function whose name is to be found in a trace. */
export async function acquireInTheKitchen(form: Form, lock: Lock): Promise<void> {
  await form.call(lock, "acquire");
}

/** Holds one lock in an async task, and then blocks for another one. */
export async function holdInTask(_form: Form, held: Lock, wanted: Lock): Promise<boolean> {
  await held.acquireAsync();
  try {
    return wanted.acquire();
  } finally {
    held.release();
  }
}

/** Releases a lock whose oldest waiter has been patient enough to be handed it, says so in the first cell, and wants another one. */
export function handOver(_form: Form, lock: Lock, wanted: Lock, cells: Int32Array): boolean {
  const { heap } = Arena.default;
  const { first } = lineOf(lock);
  heap.reach(first)[first + NODE_SINCE] = ((performance.timeOrigin + performance.now() - 100) * 16) | 1;
  lock.release();
  Atomics.store(cells, 0, 1);
  return wanted.acquire();
}

/** Has an async task wait for one lock, and blocks for another one; then has both, one after the other. */
export async function blockBesideTask(_form: Form, awaited: Lock, wanted: Lock): Promise<void> {
  const acquired = awaited.acquireAsync();
  wanted.acquire();
  wanted.release();
  await acquired;
  awaited.release();
}

/**
 * Holds `own`, then wants `next`, which another one holds by then, who wants the lock of the one after him, … In every other round an
 * async task of the thread is the holder. Who is refused gives up its own; who is not gets both.
 */
export async function embrace(
  _form: Form,
  [own, next]: [Lock, Lock],
  cells: Int32Array,
  members: number,
  rounds: number,
): Promise<void> {
  for (let round = 1; round <= rounds; round++) {
    if (round % 2) own.acquire();
    else await own.acquireAsync();
    meet(cells, HOLDING, round * members);
    try {
      next.acquire();
      next.release();
    } catch (error) {
      if (!(error instanceof DeadlockError)) throw error;
      Atomics.add(cells, REFUSED, 1);
    }
    own.release();
    meet(cells, DONE, round * members, () => {
      if (Atomics.load(cells, REFUSED) !== round) Atomics.add(cells, WRONG, 1);
    });
  }
}

/** Waits until so many have come; the last one to come looks after something first. */
function meet(cells: Int32Array, cell: number, count: number, look?: () => void): void {
  if (Atomics.load(cells, cell) === count - 1) look?.();
  Atomics.add(cells, cell, 1);
  Atomics.notify(cells, cell);
  for (let seen = Atomics.load(cells, cell); seen < count; seen = Atomics.load(cells, cell))
    Atomics.wait(cells, cell, seen);
}

/** The rest of an agent's death, once the first thread of the arena is blocked: it is gone, and all who wait look again. */
export function bury(_form: Form, slot: number, mourner: number): void {
  const { agent, heap } = Arena.default;
  const agents = agentsOf(Arena.default);
  while (agents.state(mourner) !== AGENT_BLOCKED) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  Atomics.store(heap.reach(slot), slot + AGENT_ID, 0);
  endAgent(agent, agents.enlist(agent.id, AGENT_FOREIGN, "another"));
}

/** Blocks for one lock with another one in its hands. */
export function holdAndBlock(held: Lock, wanted: Lock): void {
  held.acquire();
  wanted.acquire();
}

/** The beginning of an agent's death. */
export function die(slot: number): void {
  Atomics.store(Arena.default.heap.reach(slot), slot + AGENT_STATE, AGENT_DEAD);
}
