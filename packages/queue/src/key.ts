/** By what items of a `PriorityQueue` are ordered. */
export type Key = number | bigint | string;

/**
 * The key of an item: the priority that was given, or what the item says itself.
 *
 * @throws {TypeError} If there is none, or if it has no place in any order.
 */
export function keyOf(item: unknown, priority: unknown): Key {
  const key = priority !== undefined ? priority : Array.isArray(item) ? item[0] : item;
  const isKey = typeof key === "number" || typeof key === "bigint" || typeof key === "string";
  if (isKey && !Number.isNaN(key)) return key;
  const found = key === null ? "null" : typeof key === "number" ? "NaN" : typeof key;
  throw new TypeError(`the priority of an item must be a number, a bigint or a string, got ${found}: use { priority }`);
}

// A key in memory: what it is and its length in characters, then a number itself; the characters of any other key are elsewhere.
const NUMBER = 1;
const BIGINT = 2;
const STRING = 3;
export const KEY_WORDS = 4;

/** How many words the characters of a key take. */
export function textWords(key: Key): number {
  return typeof key === "number" ? 0 : (String(key).length + 1) >>> 1;
}

export function writeKey(words: Int32Array, at: number, text: number, key: Key): void {
  words[at] = typeof key === "number" ? NUMBER : typeof key === "bigint" ? BIGINT : STRING;
  if (typeof key === "number") {
    new Float64Array(words.buffer, (at + 2) * 4, 1)[0] = key;
    return;
  }
  const characters = String(key);
  words[at + 1] = characters.length;
  const units = new Uint16Array(words.buffer, text * 4, characters.length);
  for (let i = 0; i < characters.length; i++) units[i] = characters.charCodeAt(i);
}

export function readKey(words: Int32Array, at: number, text: number): Key {
  if (words[at] === NUMBER) return new Float64Array(words.buffer, (at + 2) * 4, 1)[0] as number;
  let characters = "";
  for (const unit of new Uint16Array(words.buffer, text * 4, words[at + 1])) characters += String.fromCharCode(unit);
  return words[at] === BIGINT ? BigInt(characters) : characters;
}
