import { describe } from "./error-codec.ts";
import { contents, isPrimitive, kindOf } from "./kinds.ts";
import { Packer } from "./packer.ts";
import { dropWire, rebuild, rebuildAhead, type Wire } from "./wire.ts";

/** A value made ready for `postMessage`. */
export interface Packed {
  /** What to post. */
  readonly value: unknown;
  /** The buffers of the arenas where its primitives lie; a receiver that does not know one adopts it before it unpacks. */
  readonly arenas: readonly SharedArrayBuffer[];
  /** The URLs of the modules that a receiver imports before it unpacks. */
  readonly modules: readonly string[];
  /** Whether anything had to be replaced; if not, `value` is the very input. */
  readonly marked: boolean;
}

/**
 * Makes a value ready for `postMessage`, which by itself carries neither primitives nor the class of an error.
 *
 * The rest is as in a structured clone: objects of classes arrive as plain ones. The value itself is never changed.
 *
 * @throws {TypeError} If something in it means nothing in another thread; the message says where it is.
 */
export function pack(value: unknown): Packed {
  return isPlain(value)
    ? { value, arenas: [], modules: [], marked: false }
    : { ...new Packer(() => true).pack(value), marked: true };
}

/** {@link pack} for what was thrown, error or not. Never throws, nor will posting it: what can not be sent is described. */
export function packThrown(value: unknown): Packed {
  try {
    const packed = pack(value);
    // Only to see whether it can be cloned: it may be a Proxy, or too deep.
    if (typeof value === "object") structuredClone(packed.value);
    return packed;
  } catch (reason) {
    return pack(new Error(`what was thrown cannot be sent: ${describe(value)} (${describe(reason)})`));
  }
}

/**
 * Makes the value again from what {@link pack} gave and a structured clone carried here.
 *
 * @throws {TypeError} If one of its `modules` has not been imported.
 * @throws {InvalidStateError} If one of its `arenas` has not been adopted, or if a primitive exists no more.
 */
export function unpack(packed: Packed): unknown {
  if (!packed.marked) return packed.value;
  return rebuild(packed.value as Wire);
}

/** As {@link unpack}, but its primitives do not arrive before {@link dropPacked}: until then it may be unpacked again. */
export function unpackAhead(packed: Packed): unknown {
  return packed.marked ? rebuildAhead(packed.value as Wire) : packed.value;
}

/** Lets go of the primitives in what {@link pack} gave, which is not going to be unpacked any more. */
export function dropPacked(packed: Packed): void {
  if (packed.marked) dropWire(packed.value as Wire);
}

/** Whether a structured clone carries all of a value by itself. */
function isPlain(root: unknown): boolean {
  if (isPrimitive(root)) return true;
  const met = [root];
  let known: Set<unknown> | undefined;
  for (const value of met) {
    const kind = kindOf(value);
    if (kind === "leaf") continue;
    if (kind !== "object" && kind !== "array" && kind !== "map" && kind !== "set") return false;
    for (const item of contents(kind, value as object)) {
      if (isPrimitive(item) || known?.has(item)) continue;
      known ??= new Set(met);
      known.add(item);
      met.push(item);
    }
  }
  return true;
}
