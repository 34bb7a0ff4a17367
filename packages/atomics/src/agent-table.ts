// Who takes part in an arena: a slot for each thread, the same for all of them to see.

import type { Agent } from "./agent.ts";
import { ArenaFullError } from "./errors.ts";
import type { Heap } from "./heap.ts";
import {
  AGENT_BEREFT,
  AGENT_COUNTED,
  AGENT_DEAD,
  AGENT_END,
  AGENT_ENDING,
  AGENT_FLAGS,
  AGENT_ID,
  AGENT_NAME_LENGTH,
  AGENT_PARENT,
  AGENT_READY_TO_RUN,
  AGENT_RUNNING,
  AGENT_STATE,
  AGENT_WAITS_FOR,
  AGENT_WORDS,
  EPOCH_MAX,
  HEADER_AGENT_LOCK,
  HEADER_EPOCH,
  HEADER_SLOTS,
  SLOT_BITS,
  SLOT_MASK,
} from "./layout.ts";
import { lockSpin, unlockSpin } from "./spin-lock.ts";

/** The place of an agent's slot, or 0 if the agent is gone. */
export function slotOf(heap: Heap, id: number): number {
  const base = Atomics.load(heap.words, HEADER_SLOTS + (id & SLOT_MASK));
  return base !== 0 && Atomics.load(heap.reach(base), base + AGENT_ID) === id ? base : 0;
}

/** Whether an agent has died. */
export function isDead({ heap }: Agent, id: number): boolean {
  const base = slotOf(heap, id);
  const state = base === 0 ? AGENT_DEAD : Atomics.load(heap.reach(base), base + AGENT_STATE);
  return state === AGENT_DEAD || state === AGENT_ENDING;
}

/**
 * Gives a new agent a slot, and an id that no agent had before it (until a slot has had 262,143 tenants).
 *
 * @param by The agent that reserves it for another one; 0 for an agent that is there and enlists itself.
 * @throws {ArenaFullError} If there are too many.
 */
export function enlist(heap: Heap, by: number, flags: number): number {
  const locker = by || 1;
  lockSpin(heap.words, HEADER_AGENT_LOCK, locker);
  try {
    for (let slot = 0; slot <= SLOT_MASK; slot++) {
      heap.words[HEADER_SLOTS + slot] ||= heap.allocate(AGENT_WORDS * 4, locker);
      const base = heap.words[HEADER_SLOTS + slot] as number;
      const words = heap.reach(base);
      if (words[base + AGENT_ID] !== 0) continue;
      const epoch = ((words[HEADER_EPOCH] as number) % EPOCH_MAX) + 1;
      words[HEADER_EPOCH] = epoch;
      // Not cleared when its last tenant ended: those who still looked at that one would have seen half of it.
      words.fill(0, base + 1, base + AGENT_END + 1);
      words[base + AGENT_WAITS_FOR] = 0;
      words[base + AGENT_BEREFT] = 0;
      words[base + AGENT_COUNTED] = 0;
      words[base + AGENT_NAME_LENGTH] = 0;
      words[base + AGENT_FLAGS] = flags;
      words[base + AGENT_PARENT] = by;
      words[base + AGENT_STATE] = by === 0 ? AGENT_RUNNING : AGENT_READY_TO_RUN;
      const id = (epoch << SLOT_BITS) | slot;
      Atomics.store(words, base + AGENT_ID, id);
      return id;
    }
    throw new ArenaFullError(`there are ${SLOT_MASK + 1} threads already`);
  } finally {
    unlockSpin(heap.words, HEADER_AGENT_LOCK);
  }
}
