import { enlist } from "./agent-table.ts";
import { arenas, homeArena, OpenArena, setHomeArena } from "./arena.ts";
import { Heap } from "./heap.ts";
import { AGENT_FOREIGN, HEADER_ID, HEADER_MAGIC, MAGIC } from "./layout.ts";
import { ThreadMemory } from "./memory.ts";

/**
 * The piece of shared memory in which all state of the primitives lives.
 *
 * A program rarely meets it: the first primitive makes one, threads of `@conc/thread` know it from birth. A `Worker` that was
 * started in another way adopts it once.
 *
 * @example
 * worker.postMessage({ arena: Arena.default.buffer, lock: toHandle(lock) });
 * // and in the worker
 * Arena.adopt(message.arena);
 * const lock = fromHandle<Lock>(message.lock);
 */
export const Arena: Arenas = {
  get default() {
    return homeArena();
  },

  adopt(buffer, agent) {
    const arena = Arena.join(buffer, agent);
    setHomeArena(arena);
    return arena;
  },

  join(buffer, agent) {
    // Anything with words in it may be asked for its id.
    if (!(buffer?.byteLength > HEADER_ID * 4 + 3) || buffer instanceof ArrayBuffer) throw notAnArena();
    const header = new Int32Array(buffer, 0, HEADER_ID + 1);
    if (header[HEADER_MAGIC] !== MAGIC) throw notAnArena();
    const known = Arena.find(header[HEADER_ID] as number);
    if (known) return known;
    const memory = new ThreadMemory(buffer);
    return new OpenArena(memory, agent ?? enlist(new Heap(memory), 0, AGENT_FOREIGN));
  },

  find(id) {
    return arenas.get(id);
  },
};

/** An arena, as this thread sees it. */
export type Arena = OpenArena;

/** How a thread comes to its arenas. */
export interface Arenas {
  /** The arena in which this thread makes primitives; made when first asked for. */
  readonly default: Arena;

  /**
   * Lets this thread take part in an arena, and make its primitives there from now on. Again with the same buffer: no effect.
   *
   * @param buffer The `buffer` of another thread's arena, received by `postMessage`.
   * @param agent The id under which this thread was enlisted there already, if it was.
   * @throws {TypeError} If it is not an arena's buffer.
   */
  adopt(buffer: SharedArrayBuffer, agent?: number): Arena;

  /** As {@link adopt}, but new primitives go on being made where they were before. */
  join(buffer: SharedArrayBuffer, agent?: number): Arena;

  /** The arena of this id, if this thread takes part in it. */
  find(id: number): Arena | undefined;
}

function notAnArena(): TypeError {
  return new TypeError("not the SharedArrayBuffer of an arena");
}
