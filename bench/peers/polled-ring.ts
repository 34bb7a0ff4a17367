import { Arena, ByteCodec, SharedArray } from "@conc/atomics";

// Which item is the next: of the producer, and in another cache line of the consumer.
const PUT = 0;
const GOT = 32;

/** How large a ring is. */
export interface RingSize {
  readonly slots: number;
  /** Bytes of a slot, with room for any item and its length. */
  readonly slot: number;
}

/** What the two threads share. */
export interface RingMemory {
  readonly ends: Int32Array;
  readonly memory: SharedArray<"u8">;
}

export function ringMemory({ slots, slot }: RingSize): RingMemory & Record<string, unknown> {
  return { ends: new Int32Array(new SharedArrayBuffer(256)), memory: new SharedArray("u8", slot * slots) };
}

/**
 * The least that a queue between exactly two threads can be: slots in turn, and two numbers that the other one polls, and only when it
 * has come to where the other one last was. No lock, no sleep, no end. Items are written with the codec of ours, integers as they are.
 */
export class PolledRing {
  readonly #size: RingSize;
  readonly #ends: Int32Array;
  /** Where the slots begin, in bytes. */
  readonly #base: number;
  readonly #words: Int32Array;
  readonly #codec = ByteCodec.of(Arena.default);
  readonly #integers: boolean;
  #put: number;
  #got: number;
  /** Up to where the producer may put. */
  #free: number;
  /** Up to where the consumer may get. */
  #full: number;

  constructor(size: RingSize, { ends, memory }: RingMemory, integers: boolean) {
    const { buffer, byteOffset } = memory.view as Uint8Array;
    this.#size = size;
    this.#ends = ends;
    this.#base = byteOffset;
    this.#words = new Int32Array(buffer, byteOffset);
    this.#integers = integers;
    this.#put = ends[PUT] as number;
    this.#got = ends[GOT] as number;
    this.#free = this.#got + size.slots;
    this.#full = this.#put;
  }

  put(item: unknown): void {
    const { slots, slot } = this.#size;
    while (this.#put === this.#free) this.#free = Atomics.load(this.#ends, GOT) + slots;
    const at = (this.#put % slots) * slot;
    this.#words[at >> 2] = this.#integers
      ? (item as number)
      : this.#codec.write(item, this.#base + at + 8, this.#base + at + slot);
    Atomics.store(this.#ends, PUT, ++this.#put);
  }

  get(): unknown {
    const { slots, slot } = this.#size;
    while (this.#got === this.#full) this.#full = Atomics.load(this.#ends, PUT);
    const at = (this.#got % slots) * slot;
    const word = this.#words[at >> 2] as number;
    const item = this.#integers ? word : this.#codec.read(this.#base + at + 8, word);
    Atomics.store(this.#ends, GOT, ++this.#got);
    return item;
  }
}
