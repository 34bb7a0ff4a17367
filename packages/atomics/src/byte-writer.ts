// Writes plain data: what consists of containers and leaves, not too deep. With anything else it gives up; then a `Packer` takes the
// value apart, whose copy is plain.

import { dense } from "./dense.ts";
import { takeApart } from "./error-codec.ts";
import { HANDLE } from "./handle.ts";
import { KeyTree, LONGEST_KEY, MOST_KEYS, type WrittenKeys } from "./key-lists.ts";
import { contents, isPrimitive, isWritable, kindOf, tagOf } from "./kinds.ts";
import type { MemoryViews } from "./memory-views.ts";
import { Met } from "./met.ts";
import * as tag from "./tags.ts";
import { FULL, WordWriter } from "./word-writer.ts";

/** Thrown when something is not plain. */
export const NOT_PLAIN: unique symbol = Symbol("not plain");

/** Beyond this depth the stack might not suffice. */
const MAX_DEPTH = 200;

const hasOwn = Object.prototype.hasOwnProperty;

/** The prototypes of what consists of itself, by the name that `toString` gives it. */
const BUILT_IN: ReadonlyMap<string, object> = new Map(
  ["Map", "Set", "Date", "RegExp", "ArrayBuffer", ...tag.VIEWS].flatMap((name) => {
    const type = (globalThis as unknown as Record<string, { prototype: object } | undefined>)[name];
    return type ? [[name, type.prototype]] : [];
  }),
);

let messages = 0;

/** Writes one value at a time. Places are in words. */
export class ByteWriter extends WordWriter {
  readonly #tree = new KeyTree();
  readonly #met = new Met();
  #depth = 0;
  #message = 0;
  #lists = 0;

  /**
   * Writes a value.
   *
   * @returns Where it ends.
   * @throws {@link FULL}, {@link NOT_PLAIN}.
   */
  write(value: unknown, at: number, limit: number, views: MemoryViews): number {
    this.open(views, limit);
    const type = typeof value;
    if (type === "number" || type === "string") return this.#value(value, at);
    this.#depth = 0;
    this.#lists = 0;
    this.#message = ++messages;
    try {
      return this.#value(value, at);
    } finally {
      this.#met.forget();
    }
  }

  #value(value: unknown, at: number): number {
    switch (typeof value) {
      case "number":
        return this.number(value, at);
      case "string":
        return this.text(value, at);
      case "object":
        return value === null ? this.word(tag.NULL, at) : this.#object(value, at);
      case "boolean":
        return this.word(value ? tag.TRUE : tag.FALSE, at);
      case "undefined":
        return this.word(tag.UNDEFINED, at);
      case "bigint":
        return this.bigint(value, at);
      default:
        throw NOT_PLAIN;
    }
  }

  #object(value: object, at: number): number {
    // First, as a local would make its object when it is asked for anything else.
    if ((value as { [HANDLE]?: unknown })[HANDLE] !== undefined) throw NOT_PLAIN;
    const same = this.#met.meet(value);
    if (same >= 0) return this.counted(tag.SAME, same, at);
    if (++this.#depth > MAX_DEPTH) throw NOT_PLAIN;
    let end: number;
    if (Array.isArray(value)) end = this.#array(value, at);
    else {
      const prototype = Object.getPrototypeOf(value);
      end =
        prototype === Object.prototype || prototype === null
          ? this.#plain(value, at)
          : this.#other(value, prototype, at);
    }
    this.#depth--;
    return end;
  }

  #plain(value: object, at: number): number {
    let list: WrittenKeys = this.#tree.root;
    let count = 0;
    for (const key in value) {
      if (!hasOwn.call(value, key)) continue;
      if (++count > MOST_KEYS || key.length > LONGEST_KEY) return this.#pairs(value, tag.PAIRS, Object.keys(value), at);
      list = list.key === key ? list.next : list.then(key, this.#tree);
    }
    if (list.message === this.#message) at = this.counted(tag.OBJECT, list.number, at);
    else at = this.#define(list, at);
    const { keys } = list;
    let written = 0;
    for (const key in value) {
      // What a getter added just now was not there when it all began, and what is inherited never is.
      if (key !== keys[written]) continue;
      at = this.#value((value as Record<string, unknown>)[key], at);
      written++;
    }
    // What a getter has taken away.
    for (; written < keys.length; written++) at = this.word(tag.UNDEFINED, at);
    return at;
  }

  #define(list: WrittenKeys, at: number): number {
    const { words } = list;
    const { length } = words;
    at = this.word(tag.NEW_OBJECT | (length << 8), at);
    if (at + length > this.limit) throw FULL;
    const target = this.words;
    for (let i = 0; i < length; i++) target[at + i] = words[i] as number;
    list.message = this.#message;
    list.number = this.#lists++;
    return at + length;
  }

  /** An object key by key; an array has its length before. */
  #pairs(value: object, kind: number, keys: readonly string[], at: number): number {
    at = this.counted(kind, keys.length, at);
    if (kind === tag.SPARSE) at = this.#value((value as unknown[]).length, at);
    for (const key of keys) at = this.#value((value as Record<string, unknown>)[key], this.#value(key, at));
    return at;
  }

  #array(array: readonly unknown[], at: number): number {
    const { length } = array;
    if (!dense.has(array)) {
      const keys = Object.keys(array);
      // Indexes come first, so the last of so many is this one only if there is no hole and nothing else.
      if (keys.length !== length || (length > 0 && keys[length - 1] !== String(length - 1))) {
        return this.#pairs(array, tag.SPARSE, keys, at);
      }
    }
    at = this.counted(tag.ARRAY, length, at);
    for (let i = 0; i < length; i++) at = this.#value(array[i], at);
    return at;
  }

  #other(value: object, prototype: object, at: number): number {
    const name = tagOf(value);
    // Most are what they seem to be; of others the kind takes a while to find.
    if (BUILT_IN.get(name) !== prototype) {
      const kind = kindOf(value);
      if (kind === "object") return this.#plain(value, at);
      if (kind === "map" || kind === "set") return this.#collection(kind, value, at);
      if (kind === "error") return this.#error(value as Error, at);
      if (kind !== "leaf" || !isWritable(value)) throw NOT_PLAIN;
    }
    switch (name) {
      case "Map":
        return this.#collection("map", value, at);
      case "Set":
        return this.#collection("set", value, at);
      case "ArrayBuffer":
        return this.#buffer(value as ArrayBuffer, at);
      case "Date":
        return this.double(tag.DATE, Date.prototype.getTime.call(value), at);
      case "RegExp":
        return this.#items([(value as RegExp).source, (value as RegExp).flags], this.word(tag.REGEXP, at));
      case "Boolean":
      case "Number":
      case "String":
      case "BigInt":
        return this.#value(value.valueOf(), this.word(tag.BOXED, at));
      default:
        return ArrayBuffer.isView(value) ? this.#view(value, name, at) : this.#plain(value, at);
    }
  }

  #collection(kind: "map" | "set", value: object, at: number): number {
    const items = contents(kind, value);
    const { length } = items;
    at = kind === "map" ? this.counted(tag.MAP, length >> 1, at) : this.counted(tag.SET, length, at);
    return this.#items(items, at);
  }

  #items(items: readonly unknown[], at: number): number {
    for (const item of items) at = this.#value(item, at);
    return at;
  }

  /** An error of the language with nothing special in it; others need a module, or care for what is in them. */
  #error(error: Error, at: number): number {
    const { classes, name, message, stack, code, own, hidden } = takeApart(error);
    const [ownValues, hiddenValues] = [Object.values(own), Object.values(hidden)];
    if (classes[0]?.[1] || !ownValues.every(isPrimitive) || !hiddenValues.every(isPrimitive)) throw NOT_PLAIN;
    const names = classes.map(([each]) => each).join();
    at = this.#items([names, name, message, stack, code], this.word(tag.ERROR, at));
    // Nearly all have neither.
    at = this.#value(ownValues.length > 0 ? own : undefined, at);
    at = this.#value(hiddenValues.length > 0 ? hidden : undefined, at);
    return at;
  }

  #view(view: ArrayBufferView, name: string, at: number): number {
    if (tagOf(view.buffer) !== "ArrayBuffer") throw NOT_PLAIN;
    const kind = tag.VIEWS.indexOf(name);
    const length = kind === 0 ? view.byteLength : (view as Uint8Array).length;
    at = this.word(tag.VIEW | (kind << 8), at);
    at = this.#value(isTracking(view) ? undefined : length, this.#value(view.byteOffset, at));
    return this.#value(view.buffer, at);
  }

  #buffer(buffer: ArrayBuffer, at: number): number {
    const { byteLength } = buffer;
    if (buffer.resizable) at = this.#value(buffer.maxByteLength, this.word(tag.RESIZABLE, at));
    at = this.counted(tag.BUFFER, byteLength, at);
    // Copies are several times faster where both sides are aligned alike.
    at = (at + 1) & ~1;
    const end = at + ((byteLength + 3) >> 2);
    if (end > this.limit) throw FULL;
    this.views.copyIn(new Uint8Array(buffer), at << 2);
    return end;
  }
}

/** Whether a view becomes longer with its buffer: only a try can tell. */
function isTracking(view: ArrayBufferView): boolean {
  if (!(view.buffer as ArrayBuffer).resizable) return false;
  const copy = structuredClone(view);
  const { byteLength } = copy;
  const { byteLength: size, maxByteLength } = copy.buffer as ArrayBuffer;
  (copy.buffer as ArrayBuffer).resize(size < maxByteLength ? maxByteLength : size - (byteLength >> 1));
  try {
    // One of fixed length that is cut off has none, or throws.
    return copy.byteLength !== byteLength && copy.byteLength !== 0;
  } catch {
    return false;
  }
}
