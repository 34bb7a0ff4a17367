import { Agent } from "./agent.ts";
import { beforeSpinningOn } from "./contention.ts";
import { freeObject } from "./disposal.ts";
import { ExclusiveLine, moveWaiters } from "./exclusive-line.ts";
import { Heap, OBJECT, type OWNING } from "./heap.ts";
import { type LockOptions, label, labelsOf } from "./label.ts";
import {
  AGENT_FLAGS,
  AGENT_ID,
  AGENT_MAIN,
  AGENT_RUNNING,
  AGENT_STATE,
  AGENT_WORDS,
  HEADER_EPOCH,
  HEADER_ID,
  HEADER_MAGIC,
  HEADER_SERIAL,
  HEADER_SLOTS,
  MAGIC,
  OBJECT_COUNT,
  OBJECT_SERIAL,
  OBJECT_WORDS,
  SLOT_BITS,
} from "./layout.ts";
import type { Line, Waitable } from "./line.ts";
import { LocalLine, setSleep } from "./local-line.ts";
import { type Memory, ThreadMemory } from "./memory.ts";
import type { Place } from "./place.ts";
import type { Sharing } from "./sharing.ts";
import { sleepFor } from "./sleeping.ts";

/** How far an arena may grow. Only address space is reserved; memory is used as it is needed. */
const MAX_BYTES = 2 ** 30;

/** The agent that makes an arena. */
const FIRST_AGENT = 1 << SLOT_BITS;

/** The arenas that this thread takes part in, by their ids. */
export const arenas: Map<number, OpenArena> = new Map();

let home: OpenArena | undefined;

/** The arena in which this thread makes primitives; made when first asked for. */
export function homeArena(): OpenArena {
  if (!home) setHomeArena(new OpenArena(newMemory(MAX_BYTES)));
  return home as OpenArena;
}

/** From now on this thread makes its primitives here. */
export function setHomeArena(arena: OpenArena): void {
  home = arena;
  setSleep((ms) => sleepFor(arena.agent, ms));
}

/** A piece of memory in which primitives live, as this thread sees it. */
export class OpenArena {
  /** Tells arenas apart in handles. */
  readonly id: number;
  readonly memory: Memory;
  readonly heap: Heap;
  /** This thread, as one of those who take part. */
  readonly agent: Agent;
  /** The objects that others know, too; there once the first one is shared. */
  sharing: Sharing | undefined;
  readonly #finalizer: FinalizationRegistry<number> = new FinalizationRegistry((place) => {
    if (this.isPrivate(place)) freeObject(this.agent, place);
    else this.sharing?.drop(place);
  });

  /**
   * Opens an arena for this thread.
   *
   * @param memory Its bytes; all zero for a new arena.
   * @param agent The id under which this thread takes part; left out for a new arena.
   */
  constructor(memory: Memory, agent: number = FIRST_AGENT) {
    this.memory = memory;
    this.heap = new Heap(memory);
    const { heap } = this;
    const { words } = heap;
    if (words[HEADER_MAGIC] === 0) {
      heap.format();
      const base = heap.allocate(AGENT_WORDS * 4, agent);
      words[HEADER_SLOTS] = base;
      words[HEADER_EPOCH] = 1;
      words[base + AGENT_ID] = agent;
      words[base + AGENT_STATE] = AGENT_RUNNING;
      words[base + AGENT_FLAGS] = AGENT_MAIN;
      words[HEADER_ID] = Math.random() * 2 ** 31;
      Atomics.store(words, HEADER_MAGIC, MAGIC);
    }
    this.id = words[HEADER_ID] as number;
    this.agent = new Agent(memory, heap, agent);
    arenas.set(this.id, this);
    beforeSpinningOn(() => this.agent.beforeSleep?.());
  }

  /** What other threads need to adopt the arena; a plain `ArrayBuffer`, not shared, where the page is not isolated. */
  get buffer(): ArrayBufferLike {
    return this.memory.buffer;
  }

  /** Bytes in use by primitives; out of date as soon as read. */
  get used(): number {
    return this.heap.used;
  }

  /**
   * Makes a block for a new shared object, all zero after the first two words.
   *
   * @param cleared As for `Heap.allocate`.
   * @param tag OWNING if more will belong to it than the block.
   */
  create(bytes: number, tag: typeof OBJECT | typeof OWNING = OBJECT, cleared?: number): number {
    const { heap, agent } = this;
    const place = heap.allocate(bytes + OBJECT_WORDS * 4, agent.id, tag, cleared);
    const words = heap.reach(place);
    words[place + OBJECT_COUNT] = -agent.id;
    words[place + OBJECT_SERIAL] = Atomics.add(words, HEADER_SERIAL, 1) + 1;
    return place;
  }

  /** The words for an object, with its own surely among them; its block is given up once it is collected. */
  viewFor(object: object, { start }: Place): Int32Array {
    this.#finalizer.register(object, start);
    return this.heap.reach(start);
  }

  /** The line of the lock or semaphore whose words begin there; those who wait in a line that it has already move there. */
  lineAt(at: number, owner: Waitable, local?: Line): Line {
    const line = new ExclusiveLine(this.agent, at, owner);
    if (local instanceof LocalLine) moveWaiters(local, line);
    return line;
  }

  /** With what options the lock of a block was made. */
  labelsOf({ base }: Place): LockOptions {
    return labelsOf(this.agent, base);
  }

  /** Writes the name of a lock where others read it. */
  label({ base }: Place, name: string): void {
    label(this.agent, base, name);
  }

  /** Whether nobody but this agent, which has an object for a block, knows it now, nor will unless this agent tells. */
  isMineAlone(place: number): boolean {
    return this.isPrivate(place) || this.heap.reach(place)[place + OBJECT_COUNT] === 1;
  }

  /** Whether this agent has never told anybody of the object of a block. */
  isPrivate(place: number): boolean {
    return this.heap.reach(place)[place + OBJECT_COUNT] === -this.agent.id;
  }
}

function newMemory(maxByteLength: number): Memory {
  const Buffer = (
    typeof SharedArrayBuffer === "undefined" ? ArrayBuffer : SharedArrayBuffer
  ) as typeof SharedArrayBuffer;
  try {
    return new ThreadMemory(new Buffer(Heap.initialBytes(maxByteLength), { maxByteLength }));
  } catch (error) {
    // A small device may not have a gigabyte of address space to reserve.
    if (maxByteLength < 2 ** 24) throw error;
    return newMemory(maxByteLength / 2);
  }
}
