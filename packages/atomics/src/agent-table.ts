import { ArenaFullError } from "./errors.ts";
import type { Heap } from "./heap.ts";
import {
  AGENT_END,
  AGENT_FLAGS,
  AGENT_ID,
  AGENT_NAME,
  AGENT_NAME_BYTES,
  AGENT_NAME_LENGTH,
  AGENT_PARENT,
  AGENT_REPORTS,
  AGENT_STATE,
  AGENT_WORDS,
  AGENTS_PER_PAGE,
  EPOCH_MAX,
  HEADER_AGENT_LOCK,
  HEADER_AGENT_PAGES,
  HEADER_AGENTS,
  HEADER_EPOCH,
  HEADER_NUMBER,
  PAGE_WORDS,
  QUEUE_VALUE,
  SLOT_BITS,
  SLOT_MASK,
} from "./layout.ts";
import { lockSpin, unlockSpin } from "./spin-lock.ts";

// What an agent is doing, as others see it.
export const AGENT_READY_TO_RUN = 1;
export const AGENT_RUNNING = 2;
export const AGENT_BLOCKED = 3;
export const AGENT_DEAD = 4;
/** Terminated before it came up; it ends as soon as it does. */
export const AGENT_CANCELLED = 5;

// Flags of an agent.
/** The program does not wait for it. */
export const AGENT_DAEMON = 1;
/** Not started by the library: it may use primitives, but is not listed among the threads. */
export const AGENT_FOREIGN = 2;
/** It made the arena. */
export const AGENT_MAIN = 4;
/** It wants to be told of errors in the threads that it started, instead of having them printed. */
export const AGENT_HAS_HOOK = 8;

/** What `AGENT_END` holds once the agent is dead. */
export const ENDED = 1;

/** Who takes part in an arena: a slot for each thread, the same for all of them to see. */
export class AgentTable {
  readonly #heap: Heap;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /**
   * Gives a new agent a slot and an id that no agent had before it (until a slot has had 262,143 tenants).
   *
   * @param by The agent that does this, if there is one yet.
   */
  enlist(options: { by: number; flags: number; name: string }): number {
    const { by, flags, name } = options;
    lockSpin(this.#heap.words, HEADER_AGENT_LOCK, by || 1);
    try {
      const slot = this.#freeSlot(by || 1);
      const base = this.#base(slot);
      const words = this.#heap.reach(base);
      const epoch = ((words[HEADER_EPOCH] as number) % EPOCH_MAX) + 1;
      words[HEADER_EPOCH] = epoch;
      words.fill(0, base + 1, base + AGENT_END);
      words[base + AGENT_END + QUEUE_VALUE] = 0;
      words[base + AGENT_FLAGS] = flags;
      words[base + AGENT_PARENT] = by;
      words[base + AGENT_STATE] = AGENT_READY_TO_RUN;
      const id = (epoch << SLOT_BITS) | slot;
      this.#writeName(base, name);
      Atomics.store(words, base + AGENT_ID, id);
      return id;
    } finally {
      unlockSpin(this.#heap.words, HEADER_AGENT_LOCK);
    }
  }

  /** The place of an agent's slot, or 0 if the agent is gone. */
  slot(id: number): number {
    const slot = id & SLOT_MASK;
    if (slot >= Atomics.load(this.#heap.words, HEADER_AGENTS)) return 0;
    const base = this.#base(slot);
    return Atomics.load(this.#heap.reach(base), base + AGENT_ID) === id ? base : 0;
  }

  isAlive(id: number): boolean {
    const base = this.slot(id);
    return base !== 0 && this.state(id) !== AGENT_DEAD;
  }

  state(id: number): number {
    const base = this.slot(id);
    return base === 0 ? AGENT_DEAD : Atomics.load(this.#heap.reach(base), base + AGENT_STATE);
  }

  flags(id: number): number {
    const base = this.slot(id);
    return base === 0 ? 0 : Atomics.load(this.#heap.reach(base), base + AGENT_FLAGS);
  }

  /** Sets a flag or takes it off. */
  flag(id: number, flag: number, on: boolean): void {
    const base = this.slot(id);
    if (base === 0) return;
    const words = this.#heap.reach(base);
    if (on) Atomics.or(words, base + AGENT_FLAGS, flag);
    else Atomics.and(words, base + AGENT_FLAGS, ~flag);
  }

  /** A number that no thread of the arena was given before: 1, 2, 3, … */
  nextNumber(): number {
    return Atomics.add(this.#heap.words, HEADER_NUMBER, 1) + 1;
  }

  /** Takes an agent that has come up for running; false if it was cancelled before. */
  begin(id: number): boolean {
    const base = this.slot(id);
    if (base === 0) return false;
    const words = this.#heap.reach(base);
    return Atomics.compareExchange(words, base + AGENT_STATE, AGENT_READY_TO_RUN, AGENT_RUNNING) === AGENT_READY_TO_RUN;
  }

  /** Ends an agent that has not begun, by itself and as soon as it comes up; false if it has begun. */
  cancel(id: number): boolean {
    const base = this.slot(id);
    if (base === 0) return true;
    const words = this.#heap.reach(base);
    return (
      Atomics.compareExchange(words, base + AGENT_STATE, AGENT_READY_TO_RUN, AGENT_CANCELLED) === AGENT_READY_TO_RUN
    );
  }

  /** Counts one more error that was sent to an agent, or says how many there were. */
  reports(id: number, more = 0): number {
    const base = this.slot(id);
    return base === 0 ? 0 : Atomics.add(this.#heap.reach(base), base + AGENT_REPORTS, more) + more;
  }

  /** Who started it; 0 for nobody. */
  parent(id: number): number {
    const base = this.slot(id);
    return base === 0 ? 0 : (this.#heap.reach(base)[base + AGENT_PARENT] as number);
  }

  /** The name as others see it, cut after 128 bytes; undefined if the agent is gone. */
  name(id: number): string | undefined {
    const base = this.slot(id);
    if (base === 0) return undefined;
    const words = this.#heap.reach(base);
    const length = Math.min(words[base + AGENT_NAME_LENGTH] as number, AGENT_NAME_BYTES);
    // A copy, for decoders refuse shared memory.
    const bytes = new Uint8Array(words.buffer, (base + AGENT_NAME) * 4, length).slice();
    return new TextDecoder().decode(bytes);
  }

  rename(id: number, name: string): void {
    const base = this.slot(id);
    if (base !== 0) this.#writeName(base, name);
  }

  /** The ids of all agents there are, in the order of their slots. */
  ids(): number[] {
    const ids: number[] = [];
    const count = Atomics.load(this.#heap.words, HEADER_AGENTS);
    for (let slot = 0; slot < count; slot++) {
      const base = this.#base(slot);
      const id = Atomics.load(this.#heap.reach(base), base + AGENT_ID);
      if (id !== 0) ids.push(id);
    }
    return ids;
  }

  #base(slot: number): number {
    const page = Atomics.load(this.#heap.words, HEADER_AGENT_PAGES + Math.floor(slot / AGENTS_PER_PAGE));
    return page + (slot % AGENTS_PER_PAGE) * AGENT_WORDS;
  }

  #freeSlot(by: number): number {
    const count = this.#heap.words[HEADER_AGENTS] as number;
    for (let slot = 0; slot < count; slot++) {
      const base = this.#base(slot);
      if (this.#heap.reach(base)[base + AGENT_ID] === 0) return slot;
    }
    if (count > SLOT_MASK) throw new ArenaFullError(`an arena has room for ${SLOT_MASK + 1} threads at a time`);
    if (count % AGENTS_PER_PAGE === 0) {
      const page = this.#heap.allocate(PAGE_WORDS * 4, by);
      Atomics.store(this.#heap.words, HEADER_AGENT_PAGES + count / AGENTS_PER_PAGE, page);
    }
    Atomics.store(this.#heap.words, HEADER_AGENTS, count + 1);
    return count;
  }

  #writeName(base: number, name: string): void {
    const words = this.#heap.reach(base);
    const bytes = new Uint8Array(AGENT_NAME_BYTES);
    const { written } = new TextEncoder().encodeInto(name, bytes);
    new Uint8Array(words.buffer, (base + AGENT_NAME) * 4, AGENT_NAME_BYTES).set(bytes);
    words[base + AGENT_NAME_LENGTH] = written;
  }
}
