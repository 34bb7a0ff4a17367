// Who still needs a block. Each agent that has an object for it counts once; the block is freed when nobody is left.
//
// An agent's counts stand in a table in the arena, so that they can be taken back when it dies without a word. A handle on its way
// to another agent counts too, once, until the first one arrives.

import type { Agent } from "./agent.ts";
import { InvalidStateError } from "./errors.ts";
import type { Heap } from "./heap.ts";
import { AGENT_REFERENCES, HEADER_SERIAL } from "./layout.ts";

// The first words of a shared object's block.
/** How many agents need it, and whether a handle is on its way. */
const OBJECT_COUNT = 0;
/** Unlike that of any block at this place before or after it. */
const OBJECT_SERIAL = 1;
export const OBJECT_WORDS = 2;

const ON_ITS_WAY = 1 << 30;

const TABLE_WORDS = 512;

/** A place and an index in one number, for the finalizer of an object. */
const PLACES = 2 ** 28;

/** The shared objects that this agent has. */
export class References {
  readonly #agent: Agent;
  readonly #heap: Heap;
  readonly #tables: number[] = [];
  readonly #free: number[] = [];
  #next = 0;
  /** Objects by place, so that a handle that comes back finds the object it was made from. */
  readonly #views = new Map<number, WeakRef<object>>();
  readonly #finalizer: FinalizationRegistry<number>;

  constructor(agent: Agent) {
    this.#agent = agent;
    this.#heap = agent.heap;
    this.#finalizer = new FinalizationRegistry((held) => this.#collected(held % PLACES, Math.floor(held / PLACES)));
  }

  /** Makes a block for a new shared object, all zero after the first two words. */
  create(bytes: number): number {
    const place = this.#heap.allocate(bytes + OBJECT_WORDS * 4, this.#agent.id);
    const words = this.#heap.reach(place);
    words[place + OBJECT_COUNT] = 1;
    words[place + OBJECT_SERIAL] = Atomics.add(words, HEADER_SERIAL, 1) + 1;
    return place;
  }

  /** Remembers that this agent has an object for the block, until the object is collected. */
  hold(object: object, place: number): void {
    const index = this.#free.pop() ?? this.#next++;
    this.#write(index, place);
    this.#finalizer.register(object, index * PLACES + place);
  }

  serial(place: number): number {
    return Atomics.load(this.#heap.reach(place), place + OBJECT_SERIAL);
  }

  /** Prepares an object to be known to others. */
  share(object: object, place: number): void {
    if (this.#views.get(place)?.deref() !== object) this.#views.set(place, new WeakRef(object));
    const words = this.#heap.reach(place);
    let count = Atomics.load(words, place + OBJECT_COUNT);
    while ((count & ON_ITS_WAY) === 0) {
      const seen = Atomics.compareExchange(words, place + OBJECT_COUNT, count, (count + 1) | ON_ITS_WAY);
      if (seen === count) return;
      count = seen;
    }
  }

  /**
   * The object for a block that another agent shared: the one this agent has already, or a new one.
   *
   * @throws {InvalidStateError} If the block has been freed since.
   */
  view(place: number, serial: number, make: () => object): object {
    const known = this.serial(place) === serial ? this.#views.get(place)?.deref() : undefined;
    if (known) return known;
    this.#count(place, serial);
    const object = make();
    this.#views.set(place, new WeakRef(object));
    return object;
  }

  #count(place: number, serial: number): void {
    const words = this.#heap.reach(place);
    for (;;) {
      const count = Atomics.load(words, place + OBJECT_COUNT);
      if (count === 0 || this.serial(place) !== serial) {
        throw new InvalidStateError("the object of this handle exists no more: the threads that had it let it go");
      }
      // The first to arrive takes over the count of the handle.
      const next = (count & ON_ITS_WAY) !== 0 ? count & ~ON_ITS_WAY : count + 1;
      if (Atomics.compareExchange(words, place + OBJECT_COUNT, count, next) === count) return;
    }
  }

  #collected(place: number, index: number): void {
    this.#write(index, 0);
    this.#free.push(index);
    if (this.#views.get(place)?.deref() === undefined) this.#views.delete(place);
    release(this.#agent, place);
  }

  #write(index: number, place: number): void {
    const table = Math.floor(index / (TABLE_WORDS - 1));
    const start = this.#tables[table] ?? this.#grow();
    Atomics.store(this.#heap.reach(start), start + 1 + (index % (TABLE_WORDS - 1)), place);
  }

  #grow(): number {
    const { base, id } = this.#agent;
    const table = this.#heap.allocate(TABLE_WORDS * 4, id);
    const words = this.#heap.reach(table);
    words[table] = words[base + AGENT_REFERENCES] as number;
    Atomics.store(words, base + AGENT_REFERENCES, table);
    this.#tables.push(table);
    return table;
  }
}

/** Takes back all counts of an agent that is dead, whose slot is at `base`. */
export function releaseAll(agent: Agent, base: number): void {
  const { heap } = agent;
  let table = Atomics.exchange(heap.reach(base), base + AGENT_REFERENCES, 0);
  while (table !== 0) {
    const words = heap.reach(table);
    for (let index = 1; index < TABLE_WORDS; index++) {
      const place = words[table + index] as number;
      if (place !== 0) release(agent, place);
    }
    const next = words[table] as number;
    heap.free(table, agent.id);
    table = next;
  }
}

function release(agent: Agent, place: number): void {
  const left = Atomics.sub(agent.heap.reach(place), place + OBJECT_COUNT, 1) - 1;
  if (left === 0) agent.heap.free(place, agent.id);
}
