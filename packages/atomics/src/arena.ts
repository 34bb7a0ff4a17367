import { Agent } from "./agent.ts";
import { AGENT_FOREIGN, AGENT_MAIN, AgentTable } from "./agent-table.ts";
import { Heap } from "./heap.ts";
import { HEADER_ID, HEADER_MAGIC, MAGIC } from "./layout.ts";
import { LocalMemory, type Memory, ThreadMemory } from "./memory.ts";
import { References } from "./references.ts";

/** How far an arena may grow. Only address space is reserved; memory is used as it is needed. */
const MAX_BYTES = 2 ** 30;
const MIN_MAX_BYTES = 2 ** 24;

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
  /** Who takes part. */
  readonly agents: AgentTable;
  /** This thread, as one of them. */
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
    this.agents = new AgentTable(this.heap);
    const { words } = this.heap;
    const fresh = words[HEADER_MAGIC] === 0;
    if (fresh) {
      this.heap.format();
      words[HEADER_ID] = 1 + Math.floor(Math.random() * (2 ** 31 - 2));
      Atomics.store(words, HEADER_MAGIC, MAGIC);
    } else if (words[HEADER_MAGIC] !== MAGIC) {
      throw new TypeError("the buffer is not an arena of this version of @conc/atomics");
    }
    this.id = words[HEADER_ID] as number;
    const self =
      agent ||
      this.agents.enlist({ by: 0, flags: fresh ? AGENT_MAIN : AGENT_FOREIGN, name: fresh ? "MainThread" : "Dummy" });
    this.agent = new Agent(memory, this.heap, this.agents, self);
    this.references = new References(this.agent);
    arenas.set(this.id, this);
  }

  /** The arena in which this thread makes primitives; made when first asked for. */
  static get default(): Arena {
    defaultArena ??= new Arena(newMemory());
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
    if (typeof SharedArrayBuffer === "undefined" || !(buffer instanceof SharedArrayBuffer)) {
      throw new TypeError("an arena can only be adopted from the SharedArrayBuffer of another thread's arena");
    }
    const id = buffer.byteLength > 8 ? new Int32Array(buffer, 0, 2)[HEADER_ID] : 0;
    return arenas.get(id as number) ?? new Arena(new ThreadMemory(buffer), agent);
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

function newMemory(): Memory {
  // A 32-bit browser may not have a gigabyte of address space to reserve.
  for (let maxByteLength = MAX_BYTES; ; maxByteLength /= 2) {
    const length = Heap.initialBytes(maxByteLength);
    try {
      return typeof SharedArrayBuffer === "undefined"
        ? new LocalMemory(new ArrayBuffer(length, { maxByteLength }))
        : new ThreadMemory(new SharedArrayBuffer(length, { maxByteLength }));
    } catch (error) {
      if (!(error instanceof RangeError) || maxByteLength <= MIN_MAX_BYTES) throw error;
    }
  }
}
