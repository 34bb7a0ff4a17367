// Shared objects that several agents know. Each agent that has an object for a block counts once, and says so in a table of its own
// in the arena, from which its counts are taken back when it dies without a word. A handle on its way to another agent counts too,
// apart, until it arrives: one that was made and never arrives keeps its object for ever.

import type { Agent } from "./agent.ts";
import type { OpenArena } from "./arena.ts";
import { freeObject } from "./disposal.ts";
import { InvalidStateError } from "./errors.ts";
import { AGENT_REFERENCES, OBJECT_COUNT, OBJECT_SERIAL } from "./layout.ts";

/** Of the count, below: the views. From here on: the handles on their way. */
const ON_ITS_WAY = 1 << 20;
/** More of them are not counted, and from then on none is known to have arrived: the object is kept for ever. */
const MOST_ON_THEIR_WAY = 2 ** 31 - 2 * ON_ITS_WAY;

/** Words of a table; the first names the next table. */
const TABLE_WORDS = 512;
const ENTRIES: number = TABLE_WORDS - 1;

/** What of an agent's objects is shared. */
export class Sharing {
  readonly #agent: Agent;
  /** Objects by place, so that a handle that comes back finds the object it was made from. */
  readonly #views = new Map<number, WeakRef<object>>();
  /** Where in the tables each place stands, and how often: a view that was collected may still be counted beside its successor. */
  readonly #entries = new Map<number, number[]>();
  readonly #tables: number[] = [];
  readonly #free: number[] = [];
  #next = 0;

  constructor(agent: Agent) {
    this.#agent = agent;
  }

  /** The shared objects of this agent. */
  static of(arena: OpenArena): Sharing {
    arena.sharing ??= new Sharing(arena.agent);
    return arena.sharing;
  }

  /** Prepares an object to be known to others; its serial number. */
  share(object: object, place: number): number {
    const { heap, id } = this.#agent;
    const words = heap.reach(place);
    if (words[place + OBJECT_COUNT] === -id) {
      this.#enter(place);
      Atomics.store(words, place + OBJECT_COUNT, 1 + ON_ITS_WAY);
    } else {
      this.#count(words, place, (count) => (count < MOST_ON_THEIR_WAY ? count + ON_ITS_WAY : count));
    }
    if (this.#views.get(place)?.deref() !== object) this.#views.set(place, new WeakRef(object));
    return Atomics.load(words, place + OBJECT_SERIAL);
  }

  /**
   * The object that this agent has for a block, or the one that `make` makes. Its handle has not arrived with that: see `dismiss`.
   *
   * @throws {InvalidStateError} If the block has been freed since the handle was made.
   */
  view(place: number, serial: number, make: () => object): object {
    const words = this.#agent.heap.reach(place);
    const known = this.#views.get(place)?.deref();
    if (known && Atomics.load(words, place + OBJECT_SERIAL) === serial) return known;
    this.#count(words, place, (count) => {
      if (count <= 0 || Atomics.load(words, place + OBJECT_SERIAL) !== serial) {
        throw new InvalidStateError("the object of this handle exists no more: the threads that had it let it go");
      }
      return count + 1;
    });
    try {
      this.#enter(place);
    } catch (error) {
      release(this.#agent, place);
      throw error;
    }
    try {
      const object = make();
      this.#views.set(place, new WeakRef(object));
      return object;
    } catch (error) {
      this.drop(place);
      throw error;
    }
  }

  /** A handle of this block has arrived, or is not going to. */
  dismiss(place: number, serial: number): void {
    const words = this.#agent.heap.reach(place);
    for (;;) {
      const count = Atomics.load(words, place + OBJECT_COUNT);
      const left = arrived(count);
      // Only while it counts does the block surely belong to the object.
      if (left === count || Atomics.load(words, place + OBJECT_SERIAL) !== serial) return;
      if (Atomics.compareExchange(words, place + OBJECT_COUNT, count, left) !== count) continue;
      if (left === 0) freeObject(this.#agent, place);
      return;
    }
  }

  /** A view was collected. */
  drop(place: number): void {
    const indexes = this.#entries.get(place) ?? [];
    const index = indexes.pop();
    if (index === undefined) return;
    if (indexes.length === 0) this.#entries.delete(place);
    this.#write(index, 0);
    this.#free.push(index);
    if (!this.#views.get(place)?.deref()) this.#views.delete(place);
    release(this.#agent, place);
  }

  #count(words: Int32Array, place: number, change: (count: number) => number): void {
    for (;;) {
      const count = Atomics.load(words, place + OBJECT_COUNT);
      const next = change(count);
      if (next === count || Atomics.compareExchange(words, place + OBJECT_COUNT, count, next) === count) return;
    }
  }

  #enter(place: number): void {
    const index = this.#free.pop() ?? this.#next;
    this.#write(index, place);
    // Only now, for there may be no memory for its table.
    if (index === this.#next) this.#next++;
    const indexes = this.#entries.get(place);
    if (indexes) indexes.push(index);
    else this.#entries.set(place, [index]);
  }

  #write(index: number, place: number): void {
    const start = this.#tables[Math.floor(index / ENTRIES)] ?? this.#grow();
    Atomics.store(this.#agent.heap.reach(start), start + 1 + (index % ENTRIES), place);
  }

  #grow(): number {
    const { heap, base, id } = this.#agent;
    const table = heap.allocate(TABLE_WORDS * 4, id);
    const words = heap.reach(table);
    words[table] = words[base + AGENT_REFERENCES] as number;
    Atomics.store(words, base + AGENT_REFERENCES, table);
    this.#tables.push(table);
    return table;
  }
}

/** A count with one handle less on its way; a handle may also be read more than once. */
function arrived(count: number): number {
  return count >= ON_ITS_WAY && count < MOST_ON_THEIR_WAY ? count - ON_ITS_WAY : count;
}

/** Takes back all counts of an agent that is dead, whose slot is at `base`. */
export function releaseAll(agent: Agent, base: number): void {
  const { heap } = agent;
  const slot = heap.reach(base);
  // Step by step: who gives up, or dies, half-way is followed by another one.
  for (let table = slot[base + AGENT_REFERENCES] as number; table !== 0; ) {
    const words = heap.reach(table);
    for (let index = 1; index < TABLE_WORDS; index++) {
      const place = Atomics.exchange(words, table + index, 0);
      if (place !== 0) release(agent, place);
    }
    const next = words[table] as number;
    Atomics.store(slot, base + AGENT_REFERENCES, next);
    heap.free(table, agent.id);
    table = next;
  }
}

function release(agent: Agent, place: number): void {
  const left = Atomics.sub(agent.heap.reach(place), place + OBJECT_COUNT, 1) - 1;
  if (left === 0) freeObject(agent, place);
}
