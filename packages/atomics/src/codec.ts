import { arenas } from "./arena.ts";
import { describe, dress, makeError, read, takeApart } from "./error-codec.ts";
import { fromHandle, isShareable, type Shareable, toHandle, typeOf } from "./handle.ts";

/** A value made ready for `postMessage`. */
export interface Packed {
  /** What to post. */
  readonly value: unknown;
  /** The buffers of the arenas where its primitives lie; a receiver that does not know one adopts it before it unpacks. */
  readonly arenas: readonly SharedArrayBuffer[];
  /** The URLs of the modules that a receiver imports before it unpacks. */
  readonly modules: readonly string[];
  /** Whether anything had to be replaced; if not, `value` is the very input. */
  readonly marked: boolean;
}

/** How functions of one kind travel. */
export interface ReferenceCodec {
  /** The URL of the module that a receiver has to import first. */
  module(value: Function): string;
  /** Plain data that stands for the function; undefined if it is not of this kind. */
  encode(value: Function): unknown;
  decode(encoded: unknown): unknown;
}

// What is sent: a copy of the value, cut into nodes (containers, errors, primitives, functions), with gaps where one leads to
// another. The gaps are listed apart from the data, so no data can be taken for a placeholder. And as the nodes lie side by side,
// no value is too deep for a structured clone, which recurses.
interface Wire {
  readonly kinds: Kind[];
  /** What each node is made from: itself, items, handle, … The first is a list whose only item is the value. */
  readonly bodies: any[];
  /** For each gap the number of the node that has it, the key there, and the number of the node that belongs into it. */
  readonly gaps: any[];
  /** Nodes from this number on are only met in errors: a text will do for one that can not be made. */
  soft?: number;
}

type Kind = "array" | "object" | "map" | "set" | "error" | "shareable" | "function" | "leaf" | "unsendable";

const LEAF = /^(Date|RegExp|Boolean|Number|String|BigInt|ArrayBuffer|SharedArrayBuffer|Blob|File|MessagePort)$/;
const UNSENDABLE = /^(Promise|WeakMap|WeakSet|WeakRef|FinalizationRegistry|Symbol|(Async)?Generator|.* Iterator)$/;

/** An error may lead to all that its program knows (request, socket, server, …): so much of that travels. */
const MAX_NODES_IN_ERRORS = 100_000;

const references = new Map<string, ReferenceCodec>();

/** Lets functions of one kind travel, which otherwise can not. */
export function registerReference(kind: string, codec: ReferenceCodec): void {
  references.set(kind, codec);
}

/**
 * Makes a value ready for `postMessage`, which by itself carries neither primitives nor the class of an error.
 *
 * The rest is as in a structured clone: objects of classes arrive as plain ones. The value itself is never changed.
 *
 * @throws {TypeError} If something in it means nothing in another thread; the message says where it is.
 */
export function pack(value: unknown): Packed {
  return isPlain(value) ? { value, arenas: [], modules: [], marked: false } : new Packer().pack(value);
}

/** {@link pack} for what was thrown, error or not. Never throws, nor will posting it: what can not be sent is described. */
export function packThrown(value: unknown): Packed {
  try {
    const packed = pack(value);
    // Only to see whether it can be cloned: it may be a Proxy, or too deep.
    if (typeof value === "object") structuredClone(packed.value);
    return packed;
  } catch (reason) {
    return pack(new Error(`what was thrown cannot be sent: ${describe(value)} (${describe(reason)})`));
  }
}

/**
 * Makes the value again from what {@link pack} gave and a structured clone carried here.
 *
 * @throws {TypeError} If one of its `modules` has not been imported.
 * @throws {InvalidStateError} If one of its `arenas` has not been adopted, or if a primitive exists no more.
 */
export function unpack(packed: Packed): unknown {
  if (!packed.marked) return packed.value;
  const { kinds, bodies, gaps, soft = bodies.length } = packed.value as Wire;
  const made = kinds.map((kind, node) => make(kind, bodies[node], node >= soft));
  for (let i = 0; i < gaps.length; i += 3) put(bodies[gaps[i]], gaps[i + 1], made[gaps[i + 2]]);
  // What can not have gaps itself is filled from a body that by now has none.
  for (const [node, body] of bodies.entries()) {
    if (kinds[node] === "map") for (let i = 0; i < body.length; i += 2) made[node].set(body[i], body[i + 1]);
    if (kinds[node] === "set") for (const item of body) made[node].add(item);
    if (kinds[node] === "error") dress(made[node], body);
  }
  return bodies[0][0];
}

function make(kind: Kind, body: any, soft: boolean): any {
  try {
    if (kind === "map") return new Map();
    if (kind === "set") return new Set();
    if (kind === "error") return makeError(body);
    if (kind === "shareable") return fromHandle(body);
    if (kind !== "function") return body;
    const codec = references.get(body.kind);
    if (codec) return codec.decode(body.encoded);
    throw new TypeError(`a function of kind ${body.kind} came: import the package that sends such functions here too`);
  } catch (reason) {
    if (soft) return `[cannot be received: ${describe(reason)}]`;
    throw reason;
  }
}

/** Copies a value, breadth first and without recursion. */
class Packer {
  readonly #wire: Wire = { kinds: [], bodies: [], gaps: [] };
  readonly #arenas = new Set<SharedArrayBuffer>();
  readonly #modules = new Set<string | undefined>();
  readonly #nodes = new Map<unknown, number>();
  readonly #containers: [node: number, source: object][] = [];
  readonly #errors: [node: number, error: Error][] = [];
  readonly #primitives: [node: number, primitive: Shareable][] = [];

  pack(value: unknown): Packed {
    this.#node("array", [], [value]);
    let [filled, opened] = [0, 0];
    for (;;) {
      if (filled < this.#containers.length) this.#fill(...this.#containers[filled++]!);
      else if (opened < this.#errors.length) this.#open(...this.#errors[opened++]!);
      else break;
    }
    // Now that nothing can be refused any more: a handle counts as on its way, so one that never leaves keeps its object for ever.
    for (const [node, primitive] of this.#primitives) this.#handle(node, primitive);
    const modules = [...this.#modules].flatMap((module) => module || []);
    return { value: this.#wire, arenas: [...this.#arenas], modules, marked: true };
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
      if (kind === "leaf") {
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
    if (kind === "unsendable") return undefined;
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

  #handle(node: number, value: Shareable): void {
    const handle = toHandle(value);
    this.#wire.bodies[node] = handle;
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

function stepOf(kind: Kind | undefined, body: any, key: any): string {
  if (kind === "map" && key % 2 && typeof body[key - 1] === "string") return `.get(${JSON.stringify(body[key - 1])})`;
  if (kind === "map") return `.entries()[${key >> 1}]`;
  if (kind === "set") return `.values()[${key}]`;
  if (/^\d+$/.test(key)) return `[${key}]`;
  return /^[\p{L}_$][\p{L}\d_$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function unsendable(value: unknown, path: string): TypeError {
  const type = typeof value === "object" ? tagOf(value) : typeof value;
  let advice = "it means nothing in another thread; pass data";
  if (type === "function") advice = "pass data, or a function registered with tasks()";
  if (type === "Promise") advice = "await it, and pass what it gives";
  return new TypeError(`cannot send ${/^[AEIO]/.test(type) ? "an" : "a"} ${type}${path && ` (at ${path})`}: ${advice}`);
}

/** Whether a structured clone carries all of a value by itself. */
function isPlain(root: unknown): boolean {
  if (isPrimitive(root)) return true;
  const met = [root];
  let known: Set<unknown> | undefined;
  for (const value of met) {
    const kind = kindOf(value);
    if (kind === "leaf") continue;
    if (kind !== "object" && kind !== "array" && kind !== "map" && kind !== "set") return false;
    for (const item of contents(kind, value as object)) {
      if (isPrimitive(item) || known?.has(item)) continue;
      known ??= new Set(met);
      known.add(item);
      met.push(item);
    }
  }
  return true;
}

function isPrimitive(value: unknown): boolean {
  return value === null || (typeof value !== "object" && typeof value !== "function" && typeof value !== "symbol");
}

/** What is in a container; of a Map the keys and values by turns. */
function contents(kind: Kind, container: object): unknown[] {
  if (kind === "set") return [...Set.prototype.values.call(container)];
  if (kind !== "map") return Object.values(container);
  const items: unknown[] = [];
  Map.prototype.forEach.call(container, (value, key) => items.push(key, value));
  return items;
}

function kindOf(value: any): Kind {
  if (typeof value === "function") return "function";
  if (typeof value === "symbol") return "unsendable";
  if (isShareable(value)) return "shareable";
  if (Array.isArray(value)) return "array";
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return "object";
  const tag = tagOf(value);
  if (tag === "Error" || value instanceof Error) return "error";
  if (value instanceof Map) return "map";
  if (value instanceof Set) return "set";
  if (UNSENDABLE.test(tag)) return "unsendable";
  if (LEAF.test(tag) || ArrayBuffer.isView(value)) return "leaf";
  // With nothing to copy it may be one of the platform's, such as a CryptoKey.
  return Object.keys(value).length > 0 ? "object" : "leaf";
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

function put(holder: any, key: string | number, value: unknown): void {
  // Where the prototype has such a key (`__proto__`), an assignment might do something else.
  if (!(key in holder)) holder[key] = value;
  else Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}
