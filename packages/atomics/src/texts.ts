import type { MemoryViews } from "./memory-views.ts";

/** Up to this length a loop is faster than a call of the platform. */
export const SHORT = 24;
/** A slice of this length, or less, is a copy. */
const COPIED = 12;
const WINDOW = 4096;
/** Below this many bytes a window is not worth the call. */
const LEAST_WINDOW = 64;
/** So many units fit into the arguments of one call. */
const CHUNK = 4096;

/** The long text of so many characters whose bytes or units begin at that word. */
export function readLong(wide: boolean, length: number, at: number, views: MemoryViews): string {
  if (views.text) {
    return wide
      ? views.text.ucs2Slice(at << 2, (at << 2) + length * 2)
      : views.text.latin1Slice(at << 2, (at << 2) + length);
  }
  const units = wide ? views.units : views.bytes;
  const end = (wide ? at << 1 : at << 2) + length;
  let text = "";
  for (let from = end - length; from < end; from += CHUNK) {
    text += String.fromCharCode.apply(null, units.subarray(from, Math.min(end, from + CHUNK)) as unknown as number[]);
  }
  return text;
}

/** The short texts of a message. Of a longer message a window is made a string at once, as far as it goes, and cut up. */
export class ShortTexts {
  #views!: MemoryViews;
  /** Where the message ends, and where in it the window is; all in bytes. */
  #end = 0;
  #from = 0;
  #to = 0;
  #window = "";

  /** Begins with another message. */
  open(views: MemoryViews, end: number): void {
    this.#views = views;
    this.#end = end;
    this.#to = 0;
  }

  read(length: number, at: number): string {
    if (at + length > this.#to && !this.#look(at)) return readShort(length, at, this.#views.bytes);
    const start = at - this.#from;
    const end = start + length;
    if (length <= COPIED) return this.#window.slice(start, end);
    const middle = start + COPIED;
    // The engine makes a longer slice refer to the whole window, which it would keep alive.
    return this.#window.slice(start, middle) + this.#window.slice(middle, end);
  }

  #look(at: number): boolean {
    const { text } = this.#views;
    if (!text || this.#end - at < LEAST_WINDOW) return false;
    this.#from = at;
    this.#to = Math.min(this.#end, at + WINDOW);
    this.#window = text.latin1Slice(at, this.#to);
    return true;
  }
}

/** A call for several characters costs little more than one for a single one, and much less than one out of the engine. */
function readShort(length: number, at: number, bytes: Uint8Array): string {
  const byte = (i: number): number => bytes[at + i] as number;
  let text = "";
  for (let left = length; left > 0; left -= 8) {
    const eight = String.fromCharCode(byte(0), byte(1), byte(2), byte(3), byte(4), byte(5), byte(6), byte(7));
    text += left < 8 ? eight.slice(0, left) : eight;
    at += 8;
  }
  return text;
}
