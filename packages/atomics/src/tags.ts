// How values lie in memory: in words. The low byte of a value's first word is its tag, the rest a small number that belongs to it: an
// integer, a length, … What is larger follows in the next word.

export const INT = 0;
export const INT32 = 1;
export const DOUBLE = 2;
export const UNDEFINED = 3;
export const NULL = 4;
export const FALSE = 5;
export const TRUE = 6;
/** A BigInt of 64 bits, and one whose hexadecimal digits follow as a text; the small number is 1 if it is negative. */
export const BIGINT64 = 7;
export const BIGINT = 8;
/** Text of so many characters, one byte or two for each. */
export const LATIN1 = 9;
export const UTF16 = 10;
/** An object whose list of keys is the one of that number in the message, or follows in so many words. */
export const OBJECT = 11;
export const NEW_OBJECT = 12;
/** Keys and values by turns, so many pairs. */
export const PAIRS = 13;
export const ARRAY = 14;
/** So many pairs, after the length. */
export const SPARSE = 15;
export const MAP = 17;
export const SET = 18;
export const DATE = 19;
export const REGEXP = 20;
/** An object around the primitive value that follows. */
export const BOXED = 21;
export const ERROR = 22;
/** So many bytes, aligned to 8; a resizable one has its greatest length first. */
export const BUFFER = 23;
export const RESIZABLE = 24;
/** A view of that kind: its buffer, offset and length follow. */
export const VIEW = 25;
/** The object that was the so many-th in the message. */
export const SAME = 26;
/** At the start of all: the modules, then a `Wire`. */
export const WIRE = 27;

/** The small number of a value whose number is too large for that, and follows. */
export const LARGE: number = 2 ** 24 - 1;

/** What a view may be; its place here is its kind. */
export const VIEWS: readonly string[] = [
  ...[
    "DataView",
    "Int8Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "Int16Array",
    "Uint16Array",
    "Int32Array",
    "Uint32Array",
  ],
  ...["Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array", "Float16Array"],
];

// For what is made of two words, by either side.
export const DOUBLES: Float64Array = new Float64Array(1);
export const HALVES: Int32Array = new Int32Array(DOUBLES.buffer);
export const BIGINTS: BigInt64Array = new BigInt64Array(DOUBLES.buffer);
