import { layout } from "@conc/atomics";
import type { Actor } from "./actor.ts";
import type { Names } from "./names.ts";
import type { Operation } from "./operation.ts";
import type { Shared } from "./scenario.ts";
import type { SimulatedMemory } from "./simulated-memory.ts";

/** Which spin locks are held, and by whom. */
export class SpinLocks {
  readonly #names: Names;
  readonly #memory: SimulatedMemory;
  readonly #bits = new Map<number, number>();

  constructor(names: Names, memory: SimulatedMemory) {
    this.#names = names;
    this.#memory = memory;
  }

  /** Whether the word that an agent is about to take is a spin lock that somebody holds who lives. */
  isShut<S extends Shared<S>>({ id }: Actor<S>, { kind, index, a, b }: Operation): boolean {
    if (kind !== "compareExchange" || a !== 0 || b !== id || !this.#names.isSpinLock(index)) return false;
    const holder = this.#memory.words[index] as number;
    return holder !== 0 && !this.#isDead(holder);
  }

  /** Follows what an agent did to a word, should that be a spin lock. */
  note<S extends Shared<S>>({ id, progress }: Actor<S>, { kind, index, a, b }: Operation, result: number): void {
    if (!this.#names.isSpinLock(index)) return;
    if (kind === "compareExchange" && result === a && b === id) progress.locks |= this.#bit(index);
    else if (kind === "store") progress.locks &= ~this.#bit(index);
  }

  #isDead(id: number): boolean {
    const { words } = this.#memory;
    const base = words[layout.HEADER_SLOTS + (id & layout.SLOT_MASK)] as number;
    if (base === 0) return false;
    return words[base + layout.AGENT_ID] !== id || words[base + layout.AGENT_STATE] === layout.AGENT_DEAD;
  }

  #bit(index: number): number {
    let bit = this.#bits.get(index);
    if (bit === undefined) {
      bit = 1 << (this.#bits.size % 31);
      this.#bits.set(index, bit);
    }
    return bit;
  }
}
