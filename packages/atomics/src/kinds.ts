import { isShareable } from "./handle.ts";

/** What a value is to a codec. */
export type Kind = "array" | "object" | "map" | "set" | "error" | "shareable" | "function" | "leaf" | "unsendable";

const LEAF = /^(Date|RegExp|Boolean|Number|String|BigInt|ArrayBuffer|SharedArrayBuffer|Blob|File|MessagePort)$/;
const WRITABLE = /^(Date|RegExp|Boolean|Number|String|BigInt|ArrayBuffer)$/;
const UNSENDABLE = /^(Promise|WeakMap|WeakSet|WeakRef|FinalizationRegistry|Symbol|(Async)?Generator|.* Iterator)$/;

/** Whether a value has nothing in it, nor an identity, and can be sent. */
export function isPrimitive(value: unknown): boolean {
  return value === null || (typeof value !== "object" && typeof value !== "function" && typeof value !== "symbol");
}

/** What is in a container; of a Map the keys and values by turns. */
export function contents(kind: Kind, container: object): unknown[] {
  if (kind === "set") return [...Set.prototype.values.call(container)];
  if (kind !== "map") return Object.values(container);
  const items: unknown[] = [];
  Map.prototype.forEach.call(container, (value, key) => items.push(key, value));
  return items;
}

/** The kind of what is not primitive. */
export function kindOf(value: any): Kind {
  if (typeof value === "function") return "function";
  if (typeof value === "symbol") return "unsendable";
  if (isShareable(value)) return "shareable";
  if (Array.isArray(value)) return "array";
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return "object";
  const tag = tagOf(value);
  if (tag === "Error" || value instanceof Error) return "error";
  // Those of other realms are no instances of ours.
  if (tag === "Map" || value instanceof Map) return "map";
  if (tag === "Set" || value instanceof Set) return "set";
  if (UNSENDABLE.test(tag)) return "unsendable";
  if (LEAF.test(tag) || ArrayBuffer.isView(value)) return "leaf";
  // With nothing to copy it may be one of the platform's, such as a CryptoKey.
  return Object.keys(value).length > 0 ? "object" : "leaf";
}

/** Whether a leaf can be written into memory: nothing shared, and of what belongs to the platform nearly nothing. */
export function isWritable(leaf: object): boolean {
  if (ArrayBuffer.isView(leaf)) return tagOf(leaf.buffer) === "ArrayBuffer";
  if (WRITABLE.test(tagOf(leaf))) return true;
  try {
    // An empty object of a class arrives as a plain one.
    return Object.getPrototypeOf(structuredClone(leaf)) === Object.prototype;
  } catch {
    return false;
  }
}

/** What `toString` calls a value. */
export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Makes a value an own property, whatever the name. */
export function put(holder: any, key: string | number, value: unknown): void {
  // Where the prototype has such a key (`__proto__`), an assignment might do something else.
  if (!(key in holder)) holder[key] = value;
  else Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}

/** How code would take this step of the way to a value. */
export function stepOf(kind: Kind | undefined, body: any, key: any): string {
  if (kind === "map" && key % 2 && typeof body[key - 1] === "string") return `.get(${JSON.stringify(body[key - 1])})`;
  if (kind === "map") return `.entries()[${key >> 1}]`;
  if (kind === "set") return `.values()[${key}]`;
  if (/^\d+$/.test(key)) return `[${key}]`;
  return /^[\p{L}_$][\p{L}\d_$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

/** Says what can not be sent, where it was met, and what to do instead. */
export function unsendable(value: unknown, path: string): TypeError {
  const type = typeof value === "object" ? tagOf(value) : typeof value;
  let advice = "it means nothing in another thread; pass data";
  if (type === "function") advice = "pass data, or a function registered with tasks()";
  if (type === "Promise") advice = "await it, and pass what it gives";
  if (LEAF.test(type) || ArrayBuffer.isView(value)) advice = "it can only be posted, or passed in args to a new thread";
  return new TypeError(`cannot send ${/^[AEIO]/.test(type) ? "an" : "a"} ${type}${path && ` (at ${path})`}: ${advice}`);
}
