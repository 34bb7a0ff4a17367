import { Agent } from "./agent.ts";
import { AGENT_FOREIGN, AGENT_MAIN, enlist } from "./agent-table.ts";
import { Heap } from "./heap.ts";
import { HEADER_ID, HEADER_MAGIC, MAGIC } from "./layout.ts";
import { type Memory, ThreadMemory } from "./memory.ts";
import { References } from "./references.ts";

/** How far an arena may grow. Only address space is reserved; memory is used as it is needed. */
const MAX_BYTES = 2 ** 30;

const arenas = new Map<number, Arena>();
let defaultArena: Arena | undefined;

/**
 * The piece of shared memory in which all state of the primitives lives.
 *
 * A program rarely meets it: the first primitive makes one, threads of `@conc/thread` know it from birth. A `Worker` that was
 * started in another way adopts it once.
 */
export class Arena {
  /** Tells arenas apart in handles. */
  readonly id: number;
  readonly memory: Memory;
  readonly heap: Heap;
  /** This thread, as one of those who take part. */
  readonly agent: Agent;
  readonly references: References;

  /**
   * Opens an arena for this thread.
   *
   * @param memory Its bytes; all zero for a new arena.
   * @param agent The id under which this thread was enlisted already, if it was.
   * @throws {TypeError} If the memory holds something else.
   */
  constructor(memory: Memory, agent = 0) {
    this.memory = memory;
    this.heap = new Heap(memory);
    const { words } = this.heap;
    const fresh = words[HEADER_MAGIC] === 0;
    if (fresh) {
      this.heap.format();
      words[HEADER_ID] = Math.random() * 2 ** 31;
      Atomics.store(words, HEADER_MAGIC, MAGIC);
    }
    if (words[HEADER_MAGIC] !== MAGIC) throw notAnArena();
    this.id = words[HEADER_ID] as number;
    this.agent = new Agent(memory, this.heap, agent || enlist(this.heap, 0, fresh ? AGENT_MAIN : AGENT_FOREIGN));
    this.references = new References(this.agent);
    arenas.set(this.id, this);
  }

  /** The arena in which this thread makes primitives; made when first asked for. */
  static get default(): Arena {
    defaultArena ??= new Arena(newMemory(MAX_BYTES));
    return defaultArena;
  }

  /**
   * Lets this thread take part in an arena, and make its primitives there from now on. Again with the same buffer: no effect.
   *
   * @param buffer The `buffer` of another thread's arena, received by `postMessage`.
   * @param agent The id under which this thread was enlisted there already, if it was.
   * @throws {TypeError} If it is not an arena's buffer.
   */
  static adopt(buffer: SharedArrayBuffer, agent?: number): Arena {
    defaultArena = Arena.join(buffer, agent);
    return defaultArena;
  }

  /** As {@link adopt}, but new primitives go on being made where they were before. */
  static join(buffer: SharedArrayBuffer, agent?: number): Arena {
    // Anything with words in it may be asked for its id; the rest is checked where the arena is opened.
    if (!(buffer?.byteLength > HEADER_ID * 4 + 3) || buffer instanceof ArrayBuffer) throw notAnArena();
    return (
      arenas.get(new Int32Array(buffer, 0, HEADER_ID + 1)[HEADER_ID] as number) ??
      new Arena(new ThreadMemory(buffer), agent)
    );
  }

  /** The arena of this id, if this thread takes part in it. */
  static find(id: number): Arena | undefined {
    return arenas.get(id);
  }

  /** What other threads need to adopt the arena; a plain `ArrayBuffer`, not shared, where the page is not isolated. */
  get buffer(): ArrayBufferLike {
    return this.memory.buffer;
  }

  /** Bytes in use by primitives; out of date as soon as read. */
  get used(): number {
    return this.heap.used;
  }
}

function notAnArena(): TypeError {
  return new TypeError("not the SharedArrayBuffer of an arena");
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
