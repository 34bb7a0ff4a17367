import type { Memory } from "./memory.ts";

/** What of Node's `Buffer` moves text between strings and memory at full speed, and bytes. */
export interface NodeBuffer {
  fill(bytes: Uint8Array, at: number, end: number): unknown;
  latin1Write(text: string, at: number, bytes: number): number;
  ucs2Write(text: string, at: number, bytes: number): number;
  latin1Slice(at: number, end: number): string;
  ucs2Slice(at: number, end: number): string;
}

interface NodeProcess {
  readonly versions?: { readonly deno?: string };
  getBuiltinModule?(name: string): BufferModule | undefined;
}

interface BufferModule {
  readonly Buffer?: {
    from(buffer: ArrayBufferLike, at: number, length: number): unknown;
    allocUnsafeSlow(length: number): { fill(bytes: Uint8Array): unknown; readonly buffer: ArrayBuffer };
  };
}

/** From so many bytes on it is worth the call to have Node copy them, in; and out. */
const MANY = 2048;
const MANY_OUT = 16_384;

/** Views of fixed length over the same memory, as far as it reached when they were made. */
export class MemoryViews {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly units: Uint16Array;
  /** Undefined where there is no such thing. */
  readonly text: NodeBuffer | undefined;
  /** Node's class of buffers, where it copies faster than `set`, which takes care that others see each word whole. */
  readonly #copier: BufferModule["Buffer"];

  constructor(buffer: ArrayBufferLike) {
    const bytes = buffer.byteLength & ~7;
    this.words = new Int32Array(buffer, 0, bytes >> 2);
    this.bytes = new Uint8Array(buffer, 0, bytes);
    this.units = new Uint16Array(buffer, 0, bytes >> 1);
    const { process } = globalThis as { process?: NodeProcess };
    const Buffer = process?.getBuiltinModule?.("node:buffer")?.Buffer;
    const text = Buffer?.from(buffer, 0, bytes) as NodeBuffer | undefined;
    const methods = ["latin1Write", "ucs2Write", "latin1Slice", "ucs2Slice"] as const;
    const known = text && methods.every((method) => typeof text[method] === "function");
    this.text = known ? text : undefined;
    // Deno's goes byte by byte.
    this.#copier = known && process?.versions?.deno === undefined ? Buffer : undefined;
  }

  /** Copies bytes into the memory. */
  copyIn(bytes: Uint8Array, at: number): void {
    if (this.#copier && bytes.length >= MANY) this.text?.fill(bytes, at, at + bytes.length);
    else this.bytes.set(bytes, at);
  }

  /** A copy of bytes of the memory. */
  copyOut(at: number, length: number): ArrayBuffer {
    const bytes = this.bytes.subarray(at, at + length);
    // In one step: a buffer that is made for itself is filled with zeros first, unless Node is told not to.
    if (!this.#copier || length < MANY_OUT) return new Uint8Array(bytes).buffer;
    const copy = this.#copier.allocUnsafeSlow(length);
    copy.fill(bytes);
    return copy.buffer;
  }
}

/** The views of an arena's memory, which may grow. */
export class GrowingViews {
  readonly #memory: Memory;
  #views: MemoryViews;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#views = new MemoryViews(memory.buffer);
  }

  /** The views, with all bytes before `end` surely in them. */
  reach(end: number): MemoryViews {
    if (end > this.#views.bytes.length) this.#views = new MemoryViews(this.#memory.buffer);
    return this.#views;
  }
}
