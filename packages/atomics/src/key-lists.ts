// Objects that were made alike have the same keys in the same order. Their list is written once in a message, as words that are made
// only once in a thread; a reader knows the words again, and so has the strings without making them.

/** How long a list is at most; objects with more keys are written key by key. */
export const MOST_KEYS = 40;
/** How long a key is at most that is part of a list; lists are kept. */
export const LONGEST_KEY = 200;
/** When so many lists are known to a writer, it forgets them all. */
const MOST_LISTS = 4096;
/** How many lists a reader knows at most; a power of two. */
const READ_LISTS = 1024;

/** The keys of an object in their order, or the first ones of it: a node in the tree of all lists that a writer knows. */
export class WrittenKeys {
  readonly keys: readonly string[];
  /** The message in which it was last written, and its number there. */
  message = 0;
  number = 0;
  #words: Int32Array | undefined;
  /** What follows was found last. */
  key: string | undefined;
  next: WrittenKeys = this;
  #others: Map<string, WrittenKeys> | undefined;

  constructor(keys: readonly string[]) {
    this.keys = keys;
  }

  /** The list with one key more. */
  then(key: string, tree: KeyTree): WrittenKeys {
    if (this.key === key) return this.next;
    if (this.key !== undefined) {
      this.#others ??= new Map([[this.key, this.next]]);
      this.next = this.#others.get(key) ?? tree.add(this, key);
      this.#others.set(key, this.next);
    } else this.next = tree.add(this, key);
    this.key = key;
    return this.next;
  }

  /** How it is written: a number that tells it from most others, then its keys. */
  get words(): Int32Array {
    this.#words ??= wordsOf(this.keys);
    return this.#words;
  }
}

/** All lists that a writer knows. */
export class KeyTree {
  root: WrittenKeys = new WrittenKeys([]);
  #size = 0;

  add({ keys }: WrittenKeys, key: string): WrittenKeys {
    if (++this.#size > MOST_LISTS) {
      this.root = new WrittenKeys([]);
      this.#size = 0;
    }
    return new WrittenKeys([...keys, key]);
  }
}

function wordsOf(keys: readonly string[]): Int32Array {
  const text = JSON.stringify(keys).replace(
    /[^\0-\xff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const words = new Int32Array(1 + ((text.length + 3) >> 2));
  const bytes = new Uint8Array(words.buffer, 4);
  // What is left over are spaces, which mean nothing there.
  bytes.fill(32);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  let hash = 0;
  for (let i = 1; i < words.length; i++) hash = (Math.imul(hash, 31) + (words[i] as number)) | 0;
  words[0] = hash ^ (hash >>> 15);
  return words;
}

/** A list as a reader knows it. */
export interface ReadKeys {
  readonly keys: readonly string[];
  /** Whether an assignment sets each of them, whatever `Object.prototype` has. */
  readonly plain: boolean;
  readonly words: Int32Array;
}

/** The lists that a reader knows, each where the hash of its words says, until another one comes there. */
export class KnownKeys {
  readonly #lists: (ReadKeys | undefined)[] = new Array(READ_LISTS).fill(undefined);

  /** The list that is written there in so many words. */
  at(words: Int32Array, start: number, length: number): ReadKeys {
    const slot = (words[start] as number) & (READ_LISTS - 1);
    const known = this.#lists[slot];
    if (known && known.words.length === length && isAt(known.words, words, start)) return known;
    const list = parse(words.slice(start, start + length));
    this.#lists[slot] = list;
    return list;
  }
}

function isAt(list: Int32Array, words: Int32Array, start: number): boolean {
  for (let i = 0; i < list.length; i++) if (list[i] !== words[start + i]) return false;
  return true;
}

function parse(words: Int32Array): ReadKeys {
  let text = "";
  for (const byte of new Uint8Array(words.buffer, 4)) text += String.fromCharCode(byte);
  const keys: string[] = JSON.parse(text);
  return { keys, plain: !keys.some((key) => key in Object.prototype), words };
}
