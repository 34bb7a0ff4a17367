// The items of a `LifoQueue` or a `PriorityQueue`, the next one first: a skip list of crates under one lock. Lane 0 links all of them, and
// each higher lane about every fourth of those in the lane below, so that the place of an item is found in a few steps.
//
// What a dead thread leaves. A put links its crate into lane 0, which is one store and commits it, then into the higher lanes. A get
// takes the first crate out of the higher lanes, then out of lane 0, which commits. At any instruction lane 0 is whole, and a lane that
// misses a crate is still a lane. What may be out of step is the counts: whoever takes over the lock counts lane 0, and with that the put
// or the get that came so far. A crate that was about to be linked, or that was taken and not yet freed, may be lost with its thread.

import { type ByteCodec, lockSpin, type OpenArena, unlockSpin } from "@conc/atomics";
import { CRATE_BYTES, CRATE_HEAD, type Crate } from "./crate.ts";
import { KEY_WORDS, type Key, keyOf, readKey, textWords, writeKey } from "./key.ts";
import {
  DONE,
  EMPTIED,
  GETS,
  LANES,
  MAX_SIZE,
  NOT_YET,
  OPEN,
  type Outcome,
  OVER,
  PUT_LOCK,
  PUTS,
  STATE,
} from "./layout.ts";
import { registerStore, Store } from "./store.ts";

/** How what is in a chain is let go. */
export const CHAIN = 2;

/** How many lanes there are: enough for some ten million items. */
const MOST_LANES = 12;

// What a chain keeps in a crate, behind the head: the key, how many lanes it is in and where its value begins, a link for each lane, and
// the characters of the key.
const KEY: number = CRATE_HEAD;
const HEIGHT: number = KEY + KEY_WORDS;
const START: number = HEIGHT + 1;
const LINKS: number = HEIGHT + 2;

/** The store of queues in which not the oldest item is the next. */
export class Chain extends Store {
  readonly #sorted: boolean;

  /** @param sorted Whether items are in the order of their keys; if not, the newest is the next. */
  constructor(arena: OpenArena, base: number, taking: () => void, sorted: boolean) {
    super(arena, base, taking);
    this.#sorted = sorted;
  }

  wrap(item: unknown, options: { priority?: unknown } | undefined): unknown {
    const key = this.#sorted ? keyOf(item, options?.priority) : 0;
    const height = this.#sorted ? anyHeight() : 1;
    // Even, as all that has to lie at a multiple of eight bytes.
    const start = (LINKS + height + textWords(key) + 1) & ~1;
    const crate = this.crates.pack(item, start);
    const { place } = crate;
    const words = this.arena.heap.reach(place);
    words[place + HEIGHT] = height;
    words[place + START] = start;
    writeKey(words, place + KEY, place + LINKS + height, key);
    return crate;
  }

  discard(wrapped: unknown): void {
    this.crates.reuse(wrapped as Crate, true);
  }

  put(wrapped: unknown): Outcome {
    const words = this.words;
    const base = this.base;
    const crate = wrapped as Crate;
    this.#lock();
    try {
      if (words[base + STATE] !== OPEN) return OVER;
      const max = words[base + MAX_SIZE] as number;
      const size = ((words[base + PUTS] as number) - (words[base + GETS] as number)) | 0;
      if (max !== 0 && size >= max) return NOT_YET;
      const before = this.#sorted ? this.#findPlace(crate.place) : [0];
      this.crates.keep(crate, base);
      for (const [lane, left] of before.entries()) {
        this.#link(crate.place, lane, this.#next(left, lane));
        this.#link(left, lane, crate.place);
      }
      Atomics.add(words, base + PUTS, 1);
    } finally {
      this.#unlock();
    }
    return DONE;
  }

  take(): Outcome {
    const words = this.words;
    const base = this.base;
    let crate: number;
    this.#lock();
    try {
      const state = words[base + STATE];
      crate = this.#next(0, 0);
      if (crate === 0 || state === EMPTIED) return state === OPEN ? NOT_YET : OVER;
      const crates = this.arena.heap.reach(crate);
      const start = (crate + (crates[crate + START] as number)) * 4;
      this.taken = this.codec.readAhead(start, start + (crates[crate + CRATE_BYTES] as number));
      this.taking();
      for (let lane = (crates[crate + HEIGHT] as number) - 1; lane >= 0; lane--) {
        if (this.#next(0, lane) === crate) this.#link(0, lane, this.#next(crate, lane));
      }
      Atomics.add(words, base + GETS, 1);
      // Not before: should this thread die, the item is there for others, and its primitives have to be.
      this.codec.arrive();
    } finally {
      this.#unlock();
    }
    this.arena.heap.free(crate, this.arena.agent.id);
    return DONE;
  }

  close(immediate: boolean): void {
    this.#lock();
    try {
      this.shut(immediate);
    } finally {
      this.#unlock();
    }
  }

  mend(): void {
    this.#lock();
    this.#unlock();
  }

  protected drop(): void {
    dropChain(this.arena, this.base, this.codec);
  }

  /**
   * After which crate a new one comes in each of its lanes; 0 for the beginning.
   *
   * @throws {TypeError} If its key and those that are there can not be compared.
   */
  #findPlace(crate: number): number[] {
    const key = this.#keyOf(crate);
    const first = this.#next(0, 0);
    if (first !== 0) checkComparable(key, this.#keyOf(first));
    const height = this.arena.heap.reach(crate)[crate + HEIGHT] as number;
    const before: number[] = [];
    let left = 0;
    for (let lane = MOST_LANES - 1; lane >= 0; lane--) {
      let next = this.#next(left, lane);
      // Behind those of the same key: they were there first.
      while (next !== 0 && this.#keyOf(next) <= key) {
        left = next;
        next = this.#next(left, lane);
      }
      if (lane < height) before[lane] = left;
    }
    return before;
  }

  #keyOf(crate: number): Key {
    const words = this.arena.heap.reach(crate);
    return readKey(words, crate + KEY, crate + LINKS + (words[crate + HEIGHT] as number));
  }

  #next(left: number, lane: number): number {
    if (left === 0) return Atomics.load(this.words, this.base + LANES + lane);
    return this.arena.heap.reach(left)[left + LINKS + lane] as number;
  }

  #link(left: number, lane: number, crate: number): void {
    if (left === 0) Atomics.store(this.words, this.base + LANES + lane, crate);
    else Atomics.store(this.arena.heap.reach(left), left + LINKS + lane, crate);
  }

  #lock(): void {
    if (lockSpin(this.words, this.base + PUT_LOCK, this.arena.agent.id)) this.#count();
  }

  #unlock(): void {
    unlockSpin(this.words, this.base + PUT_LOCK);
  }

  /** Sees to it that PUTS and GETS tell how many items there are: they follow a change, and somebody died in between. */
  #count(): void {
    const words = this.words;
    const base = this.base;
    if (words[base + STATE] === EMPTIED) return;
    let count = 0;
    for (let crate = this.#next(0, 0); crate !== 0; crate = this.#next(crate, 0)) count++;
    const missing = count - (((words[base + PUTS] as number) - (words[base + GETS] as number)) | 0);
    if (missing > 0) Atomics.add(words, base + PUTS, missing);
    else Atomics.add(words, base + GETS, -missing);
  }
}

/** Drops all items of a chain. Nobody else uses it, or its lock is held. */
export function dropChain({ heap, agent }: OpenArena, base: number, codec: ByteCodec): void {
  const words = heap.reach(base);
  let crate = words[base + LANES] as number;
  // First of all, so that none is dropped twice should this thread die.
  words.fill(0, base + LANES, base + LANES + MOST_LANES);
  while (crate !== 0) {
    const crates = heap.reach(crate);
    const start = (crate + (crates[crate + START] as number)) * 4;
    codec.drop(start, start + (crates[crate + CRATE_BYTES] as number));
    const done = crate;
    crate = crates[crate + LINKS] as number;
    heap.free(done, agent.id);
  }
}

function anyHeight(): number {
  let height = 1;
  while (height < MOST_LANES && Math.random() < 0.25) height++;
  return height;
}

function checkComparable(one: Key, other: Key): void {
  if ((typeof one === "string") === (typeof other === "string")) return;
  throw new TypeError(`priorities of type ${typeof one} and ${typeof other} can not be compared`);
}

registerStore(CHAIN, dropChain);
