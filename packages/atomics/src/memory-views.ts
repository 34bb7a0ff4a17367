import type { Memory } from "./memory.ts";

/** What of Node's `Buffer` moves text between strings and memory at full speed. */
export interface TextBuffer {
  latin1Write(text: string, at: number, bytes: number): number;
  ucs2Write(text: string, at: number, bytes: number): number;
  latin1Slice(at: number, end: number): string;
  ucs2Slice(at: number, end: number): string;
}

interface BufferModule {
  readonly Buffer?: { from(buffer: ArrayBufferLike, at: number, length: number): unknown };
}

/** Views of fixed length over the same memory, as far as it reached when they were made. */
export class MemoryViews {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly units: Uint16Array;
  /** Undefined where there is no such thing. */
  readonly text: TextBuffer | undefined;

  constructor(buffer: ArrayBufferLike) {
    const bytes = buffer.byteLength & ~7;
    this.words = new Int32Array(buffer, 0, bytes >> 2);
    this.bytes = new Uint8Array(buffer, 0, bytes);
    this.units = new Uint16Array(buffer, 0, bytes >> 1);
    const { process } = globalThis as { process?: { getBuiltinModule?(name: string): BufferModule | undefined } };
    const text = process?.getBuiltinModule?.("node:buffer")?.Buffer?.from(buffer, 0, bytes) as TextBuffer | undefined;
    const methods = ["latin1Write", "ucs2Write", "latin1Slice", "ucs2Slice"] as const;
    const known = text && methods.every((method) => typeof text[method] === "function");
    this.text = known ? text : undefined;
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
