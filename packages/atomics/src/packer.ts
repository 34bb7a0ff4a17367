import { arenas } from "./arena.ts";
import { describe, read, takeApart } from "./error-codec.ts";
import { dropHandle, type Handle, type Shareable, toHandle, typeOf } from "./handle.ts";
import { contents, isPrimitive, type Kind, kindOf, put, stepOf, unsendable } from "./kinds.ts";
import { references } from "./references.ts";
import type { Wire } from "./wire.ts";

/** An error may lead to all that its program knows (request, socket, server, …): so much of that travels. */
const MAX_NODES_IN_ERRORS = 100_000;

/** A copy of a value in which nothing is left that a structured clone does not carry, and what a receiver needs for it. */
export interface Cut {
  readonly value: Wire;
  readonly arenas: readonly SharedArrayBuffer[];
  readonly modules: readonly string[];
}

/** Copies a value, breadth first and without recursion. */
export class Packer {
  readonly #wire: Wire = { kinds: [], bodies: [], gaps: [] };
  readonly #arenas = new Set<SharedArrayBuffer>();
  readonly #modules = new Set<string | undefined>();
  readonly #nodes = new Map<unknown, number>();
  readonly #containers: [node: number, source: object][] = [];
  readonly #errors: [node: number, error: Error][] = [];
  readonly #primitives: [node: number, primitive: Shareable][] = [];
  readonly #carries: (leaf: object) => boolean;

  /** @param carries Whether what carries the copy carries that object, in which nothing has to be replaced. */
  constructor(carries: (leaf: object) => boolean) {
    this.#carries = carries;
  }

  pack(value: unknown): Cut {
    this.#node("array", [], [value]);
    let [filled, opened] = [0, 0];
    for (;;) {
      if (filled < this.#containers.length) this.#fill(...this.#containers[filled++]!);
      else if (opened < this.#errors.length) this.#open(...this.#errors[opened++]!);
      else break;
    }
    // Now that nothing can be refused any more: a handle counts as on its way, so one that never leaves keeps its object for ever.
    this.#handleAll();
    const modules = [...this.#modules].flatMap((module) => module || []);
    return { value: this.#wire, arenas: [...this.#arenas], modules };
  }

  /** Whether only what is in errors is left. An error has to arrive, so from then on what can not be sent is described. */
  get #soft(): boolean {
    return this.#wire.soft !== undefined;
  }

  #fill(node: number, source: any): void {
    const kind = this.#wire.kinds[node] as Kind;
    if (kind === "map" || kind === "set") {
      for (const [i, item] of contents(kind, source).entries()) this.#place(node, i, item);
      return;
    }
    for (const key of Object.keys(source)) this.#place(node, key, this.#soft ? read(source, key) : source[key]);
    // After the items, so that a sparse array stays sparse.
    if (kind === "array") this.#wire.bodies[node].length = source.length;
  }

  #open(node: number, error: Error): void {
    this.#wire.soft ??= this.#wire.bodies.length;
    const { own, hidden, ...record } = takeApart(error);
    this.#wire.bodies[node] = record;
    this.#wire.gaps.push(node, "own", this.#node("object", {}, own), node, "hidden", this.#node("object", {}, hidden));
    this.#modules.add(record.classes[0]?.[1]);
  }

  #place(node: number, key: string | number, value: unknown): void {
    let part = value;
    if (!isPrimitive(value)) {
      const known = this.#nodes.get(value) ?? this.#meet(value, node, key);
      if (typeof known === "number") this.#wire.gaps.push(node, key, known);
      // A gap has something in it too, so that the order of keys stays.
      part = typeof known === "number" ? undefined : known;
    }
    put(this.#wire.bodies[node], key, part);
  }

  /** The number of a new node for a value, or what is to stand there without one. */
  #meet(value: unknown, holder: number, key: string | number): unknown {
    try {
      const kind = kindOf(value);
      if (kind === "leaf" && this.#carries(value as object)) {
        if (this.#soft) structuredClone(value);
        return value;
      }
      if (this.#wire.bodies.length - (this.#wire.soft ?? Infinity) > MAX_NODES_IN_ERRORS) return `[${kind}]`;
      const node = this.#add(kind, value);
      if (node !== undefined) this.#nodes.set(value, node);
      else if (!this.#soft) throw unsendable(value, this.#pathTo(holder, key));
      return node ?? describe(value);
    } catch (reason) {
      if (!this.#soft) throw reason;
      return describe(value);
    }
  }

  #add(kind: Kind, value: any): number | undefined {
    if (kind === "unsendable" || kind === "leaf") return undefined;
    if (kind === "function") return this.#reference(value);
    return this.#node(kind, kind === "object" ? {} : [], value);
  }

  #reference(value: Function): number | undefined {
    for (const [kind, codec] of references) {
      const encoded = codec.encode(value);
      if (encoded === undefined) continue;
      this.#modules.add(codec.module(value));
      return this.#node("function", { kind, encoded });
    }
    return undefined;
  }

  #handleAll(): void {
    const made: Handle[] = [];
    try {
      for (const [node, primitive] of this.#primitives) {
        const handle = toHandle(primitive);
        made.push(handle);
        this.#wire.bodies[node] = handle;
        this.#needs(handle);
      }
    } catch (error) {
      for (const handle of made) dropHandle(handle);
      throw error;
    }
  }

  #needs(handle: Handle): void {
    const buffer = arenas.get(handle.arena)?.buffer;
    if (typeof SharedArrayBuffer === "function" && buffer instanceof SharedArrayBuffer) this.#arenas.add(buffer);
    this.#modules.add(typeOf(handle.type)?.module);
    for (const module of handle.modules ?? []) this.#modules.add(module);
  }

  #node(kind: Kind, body: object, source?: any): number {
    this.#wire.kinds.push(kind);
    const node = this.#wire.bodies.push(body) - 1;
    const queue = kind === "error" ? this.#errors : kind === "shareable" ? this.#primitives : this.#containers;
    if (source) queue.push([node, source]);
    return node;
  }

  /** Where something was met, as code would reach it: `args[1].callback`; of a long way the end. */
  #pathTo(node: number, key: string | number): string {
    const { kinds, bodies, gaps } = this.#wire;
    let path = "";
    for (let steps = 0; node > 0; steps++) {
      if (steps === 20) return `…${path}`;
      path = stepOf(kinds[node], bodies[node], key) + path;
      const gap = gaps.findIndex((part, i) => i % 3 === 2 && part === node);
      [node, key] = [gaps[gap - 2], gaps[gap - 1]];
    }
    return path.replace(/^\./, "");
  }
}
