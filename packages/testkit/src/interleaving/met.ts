// The states that were met: some millions of pairs of numbers, in plain memory, for a map of the engine takes three times as long.

/** How many there is room for at first. */
const ROOM = 2 ** 14;

/** With how few preemptions each state was met. */
export class Met {
  #size = 0;
  // A state's two hashes, and one more than the preemptions; 0 where there is none.
  #hashes1 = new Int32Array(ROOM);
  #hashes2 = new Int32Array(ROOM);
  #preemptions = new Uint16Array(ROOM);

  get size(): number {
    return this.#size;
  }

  clear(): void {
    this.#size = 0;
    this.#preemptions.fill(0);
  }

  /** Whether a state was met before with as few preemptions; from now on it was. */
  note(hash1: number, hash2: number, preemptions: number): boolean {
    if (this.#size * 2 > this.#preemptions.length) this.#grow();
    const at = this.#find(hash1, hash2);
    const before = this.#preemptions[at] as number;
    if (before !== 0 && before <= preemptions + 1) return true;
    if (before === 0) this.#size++;
    this.#put(at, hash1, hash2, preemptions + 1);
    return false;
  }

  /** Where a state is, or would be. */
  #find(hash1: number, hash2: number): number {
    const mask = this.#preemptions.length - 1;
    for (let at = hash1 & mask; ; at = (at + 1) & mask) {
      if (this.#preemptions[at] === 0 || (this.#hashes1[at] === hash1 && this.#hashes2[at] === hash2)) return at;
    }
  }

  #put(at: number, hash1: number, hash2: number, preemptions: number): void {
    this.#hashes1[at] = hash1;
    this.#hashes2[at] = hash2;
    this.#preemptions[at] = preemptions;
  }

  #grow(): void {
    const [hashes1, hashes2, preemptions] = [this.#hashes1, this.#hashes2, this.#preemptions];
    const room = preemptions.length * 4;
    this.#hashes1 = new Int32Array(room);
    this.#hashes2 = new Int32Array(room);
    this.#preemptions = new Uint16Array(room);
    for (let old = 0; old < preemptions.length; old++) {
      if (preemptions[old] === 0) continue;
      const [hash1, hash2] = [hashes1[old] as number, hashes2[old] as number];
      this.#put(this.#find(hash1, hash2), hash1, hash2, preemptions[old] as number);
    }
  }
}
