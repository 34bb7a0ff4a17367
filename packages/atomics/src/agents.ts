// What agents know of each other, beyond what locks need: names, states, flags, who started whom.

import { enlist, slotOf } from "./agent-table.ts";
import type { Heap } from "./heap.ts";
import {
  AGENT_CANCELLED,
  AGENT_DEAD,
  AGENT_ENDING,
  AGENT_FLAGS,
  AGENT_FOREIGN,
  AGENT_ID,
  AGENT_MAIN,
  AGENT_NAME,
  AGENT_NAME_BYTES,
  AGENT_NAME_LENGTH,
  AGENT_PARENT,
  AGENT_READY_TO_RUN,
  AGENT_REPORTS,
  AGENT_RUNNING,
  AGENT_STATE,
  HEADER_DEATHS,
  HEADER_NUMBER,
  HEADER_SLOTS,
  SLOT_MASK,
} from "./layout.ts";

/** The agents of an arena, as any of them sees them. */
export class Agents {
  readonly #heap: Heap;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** Reserves a slot for an agent that is about to come up; its id. */
  enlist(by: number, flags: number, name: string): number {
    const id = enlist(this.#heap, by, flags);
    this.rename(id, name);
    return id;
  }

  /** The ids of all agents there are, in the order of their slots: the one that made the arena first. */
  ids(): number[] {
    const ids: number[] = [];
    for (let slot = 0; slot <= SLOT_MASK; slot++) {
      const base = Atomics.load(this.#heap.words, HEADER_SLOTS + slot);
      // Slots are taken from the lowest: behind one that was never used there are no others.
      if (base === 0) break;
      const id = Atomics.load(this.#heap.reach(base), base + AGENT_ID);
      if (id !== 0) ids.push(id);
    }
    return ids;
  }

  /** The place of an agent's slot, or 0 if the agent is gone. */
  slot(id: number): number {
    return slotOf(this.#heap, id);
  }

  isAlive(id: number): boolean {
    return this.state(id) !== AGENT_DEAD;
  }

  state(id: number): number {
    const state = this.#read(id, AGENT_STATE) ?? AGENT_DEAD;
    return state === AGENT_ENDING ? AGENT_DEAD : state;
  }

  flags(id: number): number {
    return this.#read(id, AGENT_FLAGS) ?? 0;
  }

  /** Who started it; 0 for nobody. */
  parent(id: number): number {
    return this.#read(id, AGENT_PARENT) ?? 0;
  }

  /** Sets a flag or takes it off. */
  flag(id: number, flag: number, on: boolean): void {
    const base = this.slot(id);
    if (base === 0) return;
    const words = this.#heap.reach(base);
    if (on) Atomics.or(words, base + AGENT_FLAGS, flag);
    else Atomics.and(words, base + AGENT_FLAGS, ~flag);
  }

  /** Takes an agent that has come up for running; false if it was cancelled before. */
  begin(id: number): boolean {
    return this.#leaveReady(id, AGENT_RUNNING);
  }

  /** Ends an agent that has not begun, by itself and as soon as it comes up; false if it has begun or is gone. */
  cancel(id: number): boolean {
    return this.#leaveReady(id, AGENT_CANCELLED);
  }

  /** Counts errors that were sent to an agent, and says how many there were. */
  reports(id: number, more = 0): number {
    const base = this.slot(id);
    return base === 0 ? 0 : Atomics.add(this.#heap.reach(base), base + AGENT_REPORTS, more) + more;
  }

  /** How many were ever declared dead, modulo 2^32: as long as it stays the same, so does who is alive. */
  get deaths(): number {
    return Atomics.load(this.#heap.words, HEADER_DEATHS);
  }

  /** A number that no thread of the arena was given before: 1, 2, 3, … */
  nextNumber(): number {
    return Atomics.add(this.#heap.words, HEADER_NUMBER, 1) + 1;
  }

  /** The name as others see it, cut after 128 bytes; undefined if the agent is gone. */
  name(id: number): string | undefined {
    const base = this.slot(id);
    if (base === 0) return undefined;
    const words = this.#heap.reach(base);
    const length = Math.min(words[base + AGENT_NAME_LENGTH] as number, AGENT_NAME_BYTES);
    if (length === 0 && (this.flags(id) & AGENT_MAIN) !== 0) return "MainThread";
    if (length === 0 && (this.flags(id) & AGENT_FOREIGN) !== 0) return "Dummy";
    // A copy, for decoders refuse shared memory.
    return new TextDecoder().decode(new Uint8Array(words.buffer, (base + AGENT_NAME) * 4, length).slice());
  }

  rename(id: number, name: string): void {
    const base = this.slot(id);
    if (base === 0) return;
    const words = this.#heap.reach(base);
    const bytes = new Uint8Array(AGENT_NAME_BYTES);
    const { written } = new TextEncoder().encodeInto(name, bytes);
    new Uint8Array(words.buffer, (base + AGENT_NAME) * 4, AGENT_NAME_BYTES).set(bytes);
    words[base + AGENT_NAME_LENGTH] = written;
  }

  #read(id: number, field: number): number | undefined {
    const base = this.slot(id);
    return base === 0 ? undefined : Atomics.load(this.#heap.reach(base), base + field);
  }

  #leaveReady(id: number, next: number): boolean {
    const base = this.slot(id);
    if (base === 0) return false;
    const words = this.#heap.reach(base);
    return Atomics.compareExchange(words, base + AGENT_STATE, AGENT_READY_TO_RUN, next) === AGENT_READY_TO_RUN;
  }
}

/** The agents that take part in an arena. */
export function agentsOf(arena: { readonly heap: Heap }): Agents {
  return new Agents(arena.heap);
}
