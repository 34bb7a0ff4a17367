// The arena of a scenario: made and filled with the real code on real memory, before the exploration begins. From then on only its
// copy changes, the simulated memory; and each agent gets an arena object of its own, whose views lead there.

import {
  Agent,
  Agents,
  Arena,
  fromHandle,
  type Handle,
  Heap,
  layout,
  OpenArena,
  type Shareable,
  ThreadMemory,
  toHandle,
} from "@conc/atomics";
import type { Views } from "./interception.ts";
import { Names } from "./names.ts";
import type { Shared } from "./scenario.ts";

/** Small, for it is copied; room for some ten primitives and waits. */
const MAX_BYTES = 2 ** 20;

/** What is there before the exploration begins. */
export class World<S extends Shared<S>> {
  readonly names: Names;
  readonly buffer: SharedArrayBuffer;
  /** How many tags the heap has. */
  readonly tags: number;
  /** The agent that made the arena, and does nothing else. */
  readonly maker: number;
  readonly #ids = new Map<string, number>();
  readonly #handles: (readonly [name: string, handle: Handle])[] = [];
  /** Kept, or what they stand for would be freed. */
  readonly #shared: S;
  readonly #home: OpenArena;

  constructor(share: () => S, agents: readonly string[]) {
    this.#home = Arena.default;
    const arena = new OpenArena(
      memoryOf(new SharedArrayBuffer(Heap.initialBytes(MAX_BYTES), { maxByteLength: MAX_BYTES })),
    );
    this.buffer = arena.buffer as SharedArrayBuffer;
    this.tags = arena.heap.tags.length;
    this.maker = arena.agent.id;
    Arena.adopt(this.buffer);
    try {
      this.#shared = share();
      for (const [name, object] of Object.entries<Shareable>(this.#shared))
        this.#handles.push([name, toHandle(object)]);
    } finally {
      this.leave();
    }
    const table = new Agents(arena.heap);
    for (const name of agents) {
      const id = table.enlist(this.maker, 0, name);
      table.begin(id);
      this.#ids.set(name, id);
    }
    const words = arena.heap.words;
    this.names = new Names(words[layout.HEADER_END] as number);
    this.names.addAgent(this.maker, arena.agent.base, "main");
    for (const [name, id] of this.#ids) this.names.addAgent(id, table.slot(id), name);
    for (const [name, handle] of this.#handles) this.#name(handle, name);
  }

  /** The id of an agent by its name. */
  idOf(name: string): number {
    const id = this.#ids.get(name);
    if (id === undefined) throw new RangeError(`no agent of the scenario is called ${name}`);
    return id;
  }

  /** Makes an agent's place in this world; `number` tells it from the others. */
  stage(id: number, number: number, views: Views): Stage<S> {
    return new Stage(this, id, this.#handles, this.#copy(number), views);
  }

  /** From now on primitives are made where they were before. */
  leave(): void {
    Arena.adopt(this.#home.buffer as SharedArrayBuffer);
  }

  /** The arena under another id: a thread knows an arena only once, and here it is to be known by several agents. */
  #copy(number: number): SharedArrayBuffer {
    const copy = new SharedArrayBuffer(this.buffer.byteLength, { maxByteLength: MAX_BYTES });
    const words = new Int32Array(copy);
    words.set(new Int32Array(this.buffer));
    words[layout.HEADER_ID] = ((words[layout.HEADER_ID] as number) + number + 1) & 0x7fffffff;
    return copy;
  }

  get #words(): Int32Array {
    return new Int32Array(this.buffer);
  }

  #name(handle: Handle, name: string): void {
    this.names.addObject(handle.offset / 4, handle.type, name, this.#words);
    for (const [field, value] of Object.entries(handle)) {
      if (isHandle(value)) this.#name(value, `${name}.${field}`);
    }
  }
}

/** Where an agent acts: its arena, and its views of what is shared, which are made anew each time it begins from its start. */
export class Stage<S extends Shared<S>> {
  readonly arena: OpenArena;
  readonly #id: number;
  readonly #handles: readonly (readonly [name: string, handle: Handle])[];
  readonly #known = new Map<number, object>();

  constructor(
    world: World<S>,
    id: number,
    handles: readonly (readonly [name: string, handle: Handle])[],
    buffer: SharedArrayBuffer,
    { words, tags }: Views,
  ) {
    this.#id = id || world.maker;
    this.arena = new OpenArena(memoryOf(buffer), this.#id);
    const { heap, id: arena } = this.arena;
    const known = this.#known;
    Object.assign(heap, { words, tags, reach: () => words, renew: () => words });
    Object.assign(this.arena, {
      // Nothing is freed because it was collected: it will be made again.
      viewFor: () => words,
      sharing: {
        view(place: number, _serial: number, make: () => object): object {
          const object = known.get(place) ?? make();
          known.set(place, object);
          return object;
        },
        dismiss() {},
      },
    });
    this.#handles = handles.map(([name, handle]) => [name, moved(handle, arena)] as const);
  }

  /** Begins from the start; what is shared, as this agent sees it. No agent acts meanwhile: nothing of this is an operation. */
  enter(): S {
    const { memory, heap } = this.arena;
    Object.assign(this.arena, { agent: new Agent(memory, heap, this.#id) });
    Arena.adopt(this.arena.buffer as SharedArrayBuffer);
    this.#known.clear();
    return Object.fromEntries(this.#handles.map(([name, handle]) => [name, fromHandle(handle)])) as S;
  }
}

function memoryOf(buffer: SharedArrayBuffer): ThreadMemory {
  return new ThreadMemory(buffer);
}

/** A handle of the same object in an arena of another id. */
function moved(handle: Handle, arena: number): Handle {
  const entries = Object.entries(handle).map(([field, value]) => [
    field,
    isHandle(value) ? moved(value, arena) : value,
  ]);
  return { ...Object.fromEntries(entries), arena };
}

function isHandle(value: unknown): value is Handle {
  return typeof value === "object" && value !== null && "type" in value && "offset" in value;
}
