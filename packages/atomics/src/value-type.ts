// The types of `Value` and `SharedArray`, and how one element of each is read and changed in a single atomic step.
//
// `Atomics` knows integers only. So every element is reached through the integer array of its size: a float as its bits, a
// boolean as 0 or 1, a character as its code. A reader therefore never sees half of one value and half of another.

/** The names of the types, and the typed array that shows the elements of each. */
export interface ValueTypes {
  i8: Int8Array;
  u8: Uint8Array;
  i16: Int16Array;
  u16: Uint16Array;
  i32: Int32Array;
  u32: Uint32Array;
  i64: BigInt64Array;
  u64: BigUint64Array;
  f32: Float32Array;
  f64: Float64Array;
  bool: Uint8Array;
  char: Uint8Array;
}

/** Python's letters, in the sizes of its `struct` module, the same on every platform: `l` and `L` are 32 bits wide. */
const LETTERS = {
  b: "i8",
  B: "u8",
  h: "i16",
  H: "u16",
  i: "i32",
  I: "u32",
  l: "i32",
  L: "u32",
  q: "i64",
  Q: "u64",
  f: "f32",
  d: "f64",
  "?": "bool",
  c: "char",
} as const;

export type ValueTypeName = keyof ValueTypes;

/** What `Value` and `SharedArray` take as their type. */
export type ValueType = ValueTypeName | keyof typeof LETTERS;

/** The name that a type or Python's letter for it stands for. */
export type NameOf<T extends ValueType> = T extends keyof typeof LETTERS ? (typeof LETTERS)[T] : T & ValueTypeName;

/** What an element is in JavaScript: a bigint for 64-bit integers, a boolean, a one-character string, else a number. */
export type ValueOf<T extends ValueType> = T extends "bool" | "?"
  ? boolean
  : T extends "char" | "c"
    ? string
    : ViewOf<T>[number];

/** What can be added to an element; nothing to a boolean or a character. */
export type DeltaOf<T extends ValueType> = NameOf<T> extends "bool" | "char" ? never : ValueOf<T>;

/** The text that characters make. */
export type TextOf<T extends ValueType> = NameOf<T> extends "char" ? string : never;

/** The typed array that shows the elements of a type. */
export type ViewOf<T extends ValueType> = ValueTypes[NameOf<T>];

type Element = number | bigint | boolean | string;

/** Stands for the typed arrays of all types: `Atomics` treats those of integers alike, and of 64 bits they hold bigints. */
export type AnyArray = Int32Array;
type AnyArrayFace = Pick<Int32ArrayConstructor, "BYTES_PER_ELEMENT">;
type AnyArrayClass = AnyArrayFace & {
  new (length: number): AnyArray;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): AnyArray;
};

/** One type of element. */
export interface ElementType {
  readonly name: ValueTypeName;
  /** The typed array that shows the elements. */
  readonly View: AnyArrayClass;
  /** The integer array of the same size, through which they are read and changed. */
  readonly Bits: AnyArrayClass;
  /** How a number is added to an element: in one step, or by trying until nobody was faster; left out if it has no sum. */
  readonly adding?: "integer" | "float";
  /** Throws unless `value` is an element. */
  check(what: string, value: unknown): void;
  toBits(value: Element): number;
  fromBits(bits: number): Element;
}

const TYPES: Readonly<Record<ValueTypeName, ElementType>> = {
  i8: integer("i8", Int8Array, -128, 127),
  u8: integer("u8", Uint8Array, 0, 255),
  i16: integer("i16", Int16Array, -32768, 32767),
  u16: integer("u16", Uint16Array, 0, 65535),
  i32: integer("i32", Int32Array, -(2 ** 31), 2 ** 31 - 1),
  u32: integer("u32", Uint32Array, 0, 2 ** 32 - 1),
  i64: integer("i64", BigInt64Array, -(2n ** 63n), 2n ** 63n - 1n),
  u64: integer("u64", BigUint64Array, 0n, 2n ** 64n - 1n),
  f32: float("f32", Float32Array, Int32Array),
  f64: float("f64", Float64Array, BigInt64Array),
  bool: {
    name: "bool",
    ...arrays(Uint8Array),
    check: (what, value) => checkKind(what, value, "boolean"),
    toBits: (value) => (value ? 1 : 0),
    fromBits: (bits) => bits !== 0,
  },
  char: {
    name: "char",
    ...arrays(Uint8Array),
    check(what, value) {
      checkLatin1(what, value);
      if (value.length !== 1) throw new TypeError(`${what} must be a single character, got ${value.length} of them`);
    },
    toBits: (value) => (value as string).charCodeAt(0),
    fromBits: (bits) => String.fromCharCode(bits),
  },
};

/**
 * The type of this name, or of Python's letter.
 *
 * @throws {TypeError} If there is none.
 */
export function elementType(type: unknown): ElementType {
  if (typeof type === "string") {
    const name = Object.hasOwn(LETTERS, type) ? LETTERS[type as keyof typeof LETTERS] : type;
    if (Object.hasOwn(TYPES, name)) return TYPES[name as ValueTypeName];
  }
  const known = `${Object.keys(TYPES).join(", ")}, or Python's ${Object.keys(LETTERS).join(" ")}`;
  throw new TypeError(`type must be one of ${known}; got ${typeof type === "string" ? `"${type}"` : kindOf(type)}`);
}

/** Checks a value, and gives it as an element of a view. */
export function elementOf(type: ElementType, what: string, value: unknown): number {
  type.check(what, value);
  return type.adding ? (value as number) : type.toBits(value as Element);
}

/** Checks items, and gives them as the elements of a view. */
export function elementsOf(type: ElementType, what: string, items: unknown): AnyArray {
  // Nothing in it could be wrong.
  if (type.adding && items instanceof type.View) return items;
  if (typeof (items as Iterable<unknown> | null | undefined)?.[Symbol.iterator] !== "function") {
    throw new TypeError(`${what} must be iterable, got ${kindOf(items)}`);
  }
  const values = Array.isArray(items) ? items : Array.from(items as Iterable<unknown>);
  const elements = new type.View(values.length);
  for (let index = 0; index < values.length; index++) elements[index] = elementOf(type, `item ${index}`, values[index]);
  return elements;
}

function integer(name: ValueTypeName, array: AnyArrayFace, least: number | bigint, most: number | bigint): ElementType {
  return {
    name,
    ...arrays(array),
    adding: "integer",
    check: (what, value) => checkInteger(what, value, least, most),
    toBits: (value) => value as number,
    fromBits: (bits) => bits,
  };
}

function float(name: ValueTypeName, View: AnyArrayFace, Bits: AnyArrayFace): ElementType {
  const classes = arrays(View, Bits);
  // One and the same eight bytes, to turn a value into its bits and back.
  const value = new classes.View(1);
  const bits = new classes.Bits(value.buffer);
  return {
    name,
    ...classes,
    adding: "float",
    check: (what, value) => checkKind(what, value, "number"),
    toBits(element) {
      value[0] = element as number;
      return bits[0] as number;
    },
    fromBits(element) {
      bits[0] = element;
      return value[0] as number;
    },
  };
}

function arrays(View: AnyArrayFace, Bits = View): Pick<ElementType, "View" | "Bits"> {
  return { View: View as AnyArrayClass, Bits: Bits as AnyArrayClass };
}

/** Checks an integer that is to be stored, in JavaScript the kind of number that `least` and `most` are. */
export function checkInteger(what: string, value: unknown, least: number | bigint, most: number | bigint): void {
  checkKind(what, value, typeof least as "number" | "bigint");
  const integer = typeof value === "bigint" || Number.isInteger(value);
  if (integer && (value as number) >= least && (value as number) <= most) return;
  throw new RangeError(`${what} must be an integer from ${least} to ${most}, got ${value}`);
}

/** Checks an integer that is only added or combined: of any size, for the result wraps around. */
export function checkOperand(what: string, value: unknown, kind: "number" | "bigint"): void {
  checkKind(what, value, kind);
  if (kind === "number" && !Number.isInteger(value)) throw new RangeError(`${what} must be an integer, got ${value}`);
}

/** Checks a text of which each character is to be stored in a byte. */
export function checkLatin1(what: string, value: unknown): asserts value is string {
  checkKind(what, value, "string");
  const foreign = /[^\0-\xff]/u.exec(value as string);
  if (foreign) throw new RangeError(`${what} must have characters from U+0000 to U+00FF only, got "${foreign[0]}"`);
}

/** The kind of a value, for messages. */
export function kindOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}

export function checkKind(what: string, value: unknown, kind: "number" | "bigint" | "boolean" | "string"): void {
  if (typeof value !== kind) throw new TypeError(`${what} must be a ${kind}, got ${kindOf(value)}`);
}
