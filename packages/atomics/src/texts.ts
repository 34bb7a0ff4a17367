import type { MemoryViews } from "./memory-views.ts";
import { LARGE, LATIN1, UTF16 } from "./tags.ts";

/** Thrown when there is no room left. */
export const FULL: unique symbol = Symbol("full");

/** Up to this length a loop is faster than a call of the platform. */
const SHORT = 24;
/** So many units fit into the arguments of one call. */
const CHUNK = 4096;

/** An engine knows at once that a text of bytes has nothing of this. */
const WIDE = /[^\0-\xff]/;

/** Writes a text with its tag; where it ends, in words. */
export function writeText(text: string, at: number, limit: number, views: MemoryViews): number {
  const { length } = text;
  if (length > SHORT) return writeLong(text, at, limit, views);
  const end = at + 1 + ((length + 3) >> 2);
  if (end > limit) return writeLong(text, at, limit, views);
  const { bytes } = views;
  const start = (at + 1) << 2;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 255) return writeLong(text, at, limit, views);
    bytes[start + i] = unit;
  }
  views.words[at] = LATIN1 | (length << 8);
  return end;
}

function writeLong(text: string, at: number, limit: number, views: MemoryViews): number {
  const { length } = text;
  const wide = WIDE.test(text);
  const bytes = wide ? length * 2 : length;
  const start = at + (length < LARGE ? 1 : 2);
  const end = start + ((bytes + 3) >> 2);
  if (end > limit) throw FULL;
  const kind = wide ? UTF16 : LATIN1;
  if (length < LARGE) views.words[at] = kind | (length << 8);
  else {
    views.words[at] = kind | (LARGE << 8);
    views.words[at + 1] = length;
  }
  if (views.text && wide) views.text.ucs2Write(text, start << 2, bytes);
  else if (views.text) views.text.latin1Write(text, start << 2, bytes);
  else {
    const units = wide ? views.units : views.bytes;
    const first = wide ? start << 1 : start << 2;
    for (let i = 0; i < length; i++) units[first + i] = text.charCodeAt(i);
  }
  return end;
}

/** The text of so many characters whose bytes or units begin at that word. */
export function readText(wide: boolean, length: number, at: number, views: MemoryViews): string {
  if (!wide && length <= SHORT) return readShort(length, at << 2, views.bytes);
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

/** A call for several characters costs little more than one for a single one, and much less than one out of the engine. */
function readShort(length: number, at: number, bytes: Uint8Array): string {
  const byte = (i: number): number => bytes[at + i] as number;
  const end = at + length;
  let text = "";
  for (; at + 8 <= end; at += 8) {
    text += String.fromCharCode(byte(0), byte(1), byte(2), byte(3), byte(4), byte(5), byte(6), byte(7));
  }
  if (at + 4 <= end) {
    text += String.fromCharCode(byte(0), byte(1), byte(2), byte(3));
    at += 4;
  }
  switch (end - at) {
    case 1:
      return text + String.fromCharCode(byte(0));
    case 2:
      return text + String.fromCharCode(byte(0), byte(1));
    case 3:
      return text + String.fromCharCode(byte(0), byte(1), byte(2));
    default:
      return text;
  }
}
