import type { MemoryViews } from "./memory-views.ts";
import * as tag from "./tags.ts";
import { SHORT } from "./texts.ts";

/** Thrown when there is no room left. */
export const FULL: unique symbol = Symbol("full");

/** An engine knows at once that a text of bytes has nothing of this. */
const WIDE = /[^\0-\xff]/;

/** Writes what has nothing in it. Each method gives where it ends, in words, or throws {@link FULL}. */
export class WordWriter {
  protected views!: MemoryViews;
  protected words!: Int32Array;
  /** The first word that is not to be touched. */
  protected limit = 0;

  protected open(views: MemoryViews, limit: number): void {
    this.views = views;
    this.words = views.words;
    this.limit = limit;
  }

  protected word(word: number, at: number): number {
    if (at >= this.limit) throw FULL;
    this.words[at] = word;
    return at + 1;
  }

  protected number(value: number, at: number): number {
    const integer = value | 0;
    // Of the zeros only one is an integer.
    if (integer !== value || (integer === 0 && 1 / value < 0)) return this.double(tag.DOUBLE, value, at);
    if ((integer << 8) >> 8 === integer) return this.word(integer << 8, at);
    return this.pair(tag.INT32, integer, at);
  }

  protected pair(word: number, next: number, at: number): number {
    if (at + 2 > this.limit) throw FULL;
    this.words[at] = word;
    this.words[at + 1] = next;
    return at + 2;
  }

  protected double(word: number, value: number, at: number): number {
    tag.DOUBLES[0] = value;
    return this.halves(word, at);
  }

  protected halves(word: number, at: number): number {
    if (at + 3 > this.limit) throw FULL;
    const words = this.words;
    words[at] = word;
    words[at + 1] = tag.HALVES[0] as number;
    words[at + 2] = tag.HALVES[1] as number;
    return at + 3;
  }

  protected bigint(value: bigint, at: number): number {
    if (BigInt.asIntN(64, value) === value) {
      tag.BIGINTS[0] = value;
      return this.halves(tag.BIGINT64, at);
    }
    const sign = value < 0n ? 1 : 0;
    return this.text((sign ? -value : value).toString(16), this.word(tag.BIGINT | (sign << 8), at));
  }

  /** A tag with a number that may be large. */
  protected counted(kind: number, count: number, at: number): number {
    return count < tag.LARGE ? this.word(kind | (count << 8), at) : this.pair(kind | (tag.LARGE << 8), count | 0, at);
  }

  protected text(text: string, at: number): number {
    const { length } = text;
    const end = at + 1 + ((length + 3) >> 2);
    if (length > SHORT || end > this.limit) return this.#long(text, at);
    const { bytes } = this.views;
    const start = (at + 1) << 2;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 255) return this.#long(text, at);
      bytes[start + i] = unit;
    }
    this.words[at] = tag.LATIN1 | (length << 8);
    return end;
  }

  #long(text: string, at: number): number {
    const { length } = text;
    const { text: node, units, bytes } = this.views;
    const wide = WIDE.test(text);
    const start = this.counted(wide ? tag.UTF16 : tag.LATIN1, length, at) << 2;
    const size = wide ? length * 2 : length;
    const end = (start + size + 3) >> 2;
    if (end > this.limit) throw FULL;
    if (!node) {
      const target = wide ? units : bytes;
      const first = wide ? start >> 1 : start;
      for (let i = 0; i < length; i++) target[first + i] = text.charCodeAt(i);
    } else if (wide) node.ucs2Write(text, start, size);
    else node.latin1Write(text, start, size);
    return end;
  }
}
