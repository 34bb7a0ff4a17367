import { dress, type ErrorRecord, makeError } from "./error-codec.ts";
import { KnownKeys, type ReadKeys } from "./key-lists.ts";
import { put } from "./kinds.ts";
import type { MemoryViews } from "./memory-views.ts";
import * as tag from "./tags.ts";
import { readLong, SHORT, ShortTexts } from "./texts.ts";

/** Reads what a `ByteWriter` wrote, one value at a time. Places are in words. */
export class ByteReader {
  readonly #known = new KnownKeys();
  readonly #texts = new ShortTexts();
  /** The objects of the message, as they are numbered, and its lists of keys. */
  #made: unknown[] = [];
  #lists: ReadKeys[] = [];
  #views!: MemoryViews;
  #words!: Int32Array;
  #at = 0;

  read(at: number, end: number, views: MemoryViews): unknown {
    this.#views = views;
    this.#texts.open(views, end << 2);
    this.#words = views.words;
    this.#at = at;
    try {
      return this.#value();
    } finally {
      if (this.#made.length > 0) this.#made = [];
      if (this.#lists.length > 0) this.#lists = [];
    }
  }

  #value(): any {
    const word = this.#words[this.#at++] as number;
    switch (word & 255) {
      case tag.INT:
        return word >> 8;
      case tag.INT32:
        return this.#words[this.#at++] as number;
      case tag.DOUBLE:
        return this.#double();
      case tag.UNDEFINED:
        return undefined;
      case tag.NULL:
        return null;
      case tag.FALSE:
        return false;
      case tag.TRUE:
        return true;
      case tag.LATIN1:
        return this.#text(false, this.#count(word));
      case tag.UTF16:
        return this.#text(true, this.#count(word));
      case tag.OBJECT:
        return this.#object(this.#lists[this.#count(word)] as ReadKeys);
      case tag.NEW_OBJECT: {
        const list = this.#known.at(this.#words, this.#at, word >>> 8);
        this.#at += word >>> 8;
        this.#lists.push(list);
        return this.#object(list);
      }
      case tag.ARRAY:
        return this.#array(this.#count(word));
      default:
        return this.#other(word);
    }
  }

  #count(word: number): number {
    const count = word >>> 8;
    return count < tag.LARGE ? count : (this.#words[this.#at++] as number) >>> 0;
  }

  #halves(): void {
    tag.HALVES[0] = this.#words[this.#at] as number;
    tag.HALVES[1] = this.#words[this.#at + 1] as number;
    this.#at += 2;
  }

  #double(): number {
    this.#halves();
    return tag.DOUBLES[0] as number;
  }

  #text(wide: boolean, length: number): string {
    const at = this.#at;
    this.#at = at + (((wide ? length * 2 : length) + 3) >> 2);
    return wide || length > SHORT ? readLong(wide, length, at, this.#views) : this.#texts.read(length, at << 2);
  }

  #object({ keys, plain }: ReadKeys): object {
    const object: Record<string, unknown> = {};
    this.#made.push(object);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string;
      if (plain) object[key] = this.#value();
      else put(object, key, this.#value());
    }
    return object;
  }

  #array(length: number): unknown[] {
    const array: unknown[] = [];
    this.#made.push(array);
    const words = this.#words;
    for (let i = 0; i < length; i++) {
      // Most long ones consist of small integers, for which nothing needs to be called.
      const isSmall = ((words[this.#at] as number) & 255) === tag.INT;
      array.push(isSmall ? (words[this.#at++] as number) >> 8 : this.#value());
    }
    return array;
  }

  #other(word: number): unknown {
    switch (word & 255) {
      case tag.SAME:
        return this.#made[this.#count(word)];
      case tag.PAIRS:
        return this.#pairs({}, this.#count(word));
      case tag.SPARSE: {
        const array: unknown[] = [];
        const count = this.#count(word);
        const length = this.#value();
        this.#pairs(array, count);
        array.length = length;
        return array;
      }
      case tag.MAP: {
        const map = this.#keep(new Map());
        for (let left = this.#count(word); left > 0; left--) map.set(this.#value(), this.#value());
        return map;
      }
      case tag.SET: {
        const set = this.#keep(new Set());
        for (let left = this.#count(word); left > 0; left--) set.add(this.#value());
        return set;
      }
      case tag.BIGINT64:
        this.#halves();
        return tag.BIGINTS[0];
      case tag.BIGINT: {
        const digits = BigInt(`0x${this.#value()}`);
        return word >>> 8 ? -digits : digits;
      }
      case tag.ERROR:
        return this.#error();
      case tag.VIEW:
        return this.#view(tag.VIEWS[word >>> 8] as string);
      default:
        return this.#keep(this.#leaf(word));
    }
  }

  #keep<T>(object: T): T {
    this.#made.push(object);
    return object;
  }

  #pairs<T extends object>(object: T, count: number): T {
    this.#made.push(object);
    for (let i = 0; i < count; i++) put(object, this.#value(), this.#value());
    return object;
  }

  #leaf(word: number): unknown {
    switch (word & 255) {
      case tag.DATE:
        return new Date(this.#double());
      case tag.REGEXP:
        return new RegExp(this.#value(), this.#value());
      case tag.BOXED:
        return Object(this.#value());
      case tag.BUFFER:
        return this.#buffer(this.#count(word));
      default: {
        const maxByteLength = this.#value();
        const bytes = new Uint8Array(this.#buffer(this.#count(this.#words[this.#at++] as number)));
        const buffer = new ArrayBuffer(bytes.length, { maxByteLength });
        new Uint8Array(buffer).set(bytes);
        return buffer;
      }
    }
  }

  #buffer(length: number): ArrayBuffer {
    const at = (this.#at + 1) & ~1;
    this.#at = at + ((length + 3) >> 2);
    return this.#views.copyOut(at << 2, length);
  }

  #view(name: string): unknown {
    const number = this.#made.push(undefined) - 1;
    const offset = this.#value();
    const length = this.#value();
    const buffer = this.#value();
    const View = (globalThis as unknown as Record<string, new (...args: unknown[]) => unknown>)[name];
    if (!View) throw new TypeError(`this runtime has no ${name}`);
    const view = new View(buffer, offset, length);
    this.#made[number] = view;
    return view;
  }

  #error(): Error {
    const number = this.#made.push(undefined) - 1;
    const names: string = this.#value();
    const record: ErrorRecord = {
      classes: names.split(",").map((name) => [name, ""] as const),
      name: this.#value(),
      message: this.#value(),
      stack: this.#value(),
      code: this.#value(),
      own: this.#value() ?? {},
      hidden: this.#value() ?? {},
    };
    const error = makeError(record);
    dress(error, record);
    this.#made[number] = error;
    return error;
  }
}
