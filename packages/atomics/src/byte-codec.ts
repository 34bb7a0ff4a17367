import type { OpenArena } from "./arena.ts";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter, NOT_PLAIN } from "./byte-writer.ts";
import { isWritable } from "./kinds.ts";
import { GrowingViews, MemoryViews } from "./memory-views.ts";
import { Packer } from "./packer.ts";
import { WIRE } from "./tags.ts";
import { dropWire, rebuildAhead, type Wire } from "./wire.ts";
import { FULL } from "./word-writer.ts";

/** Up to here a place in bytes is a number of 32 bits, and more than twice what an arena can hold of one value. */
const MOST_BYTES = 2 ** 31 - 8;

const codecs = new WeakMap<OpenArena, ByteCodec>();

/**
 * Writes values straight into the memory of an arena and reads them from there, in whatever thread.
 *
 * A value arrives as from a structured clone. Besides, primitives arrive as the same primitives, functions that are registered as
 * themselves, errors with their class, properties and cause. Places and sizes are in bytes.
 */
export class ByteCodec {
  readonly #views: GrowingViews;
  /** Those that are not at work: a getter may write, too. */
  readonly #writers: ByteWriter[] = [];
  readonly #reader = new ByteReader();
  /** What was read ahead and has not arrived. */
  #ahead: Wire | undefined;

  private constructor(arena: OpenArena) {
    this.#views = new GrowingViews(arena.memory);
  }

  /** This thread's codec for the memory of an arena. */
  static of(arena: OpenArena): ByteCodec {
    const codec = codecs.get(arena) ?? new ByteCodec(arena);
    codecs.set(arena, codec);
    return codec;
  }

  /**
   * Writes a value from `at` on. Nothing at or behind `limit` is touched, and nothing before `at`.
   *
   * Handles of primitives in it count as on their way once it returns an end, until it is read or dropped. They do not if it throws
   * or if there was too little room: then all that may have changed is the bytes between `at` and `limit`.
   *
   * The value's getters run, and so may code that calls this again.
   *
   * @param at A multiple of 8.
   * @param limit A multiple of 4.
   * @returns Where the value ends, a multiple of 4; or, if there is too little room, a negative number: so many bytes it needs at such a
   *   place, as long as it does not change meanwhile.
   * @throws {TypeError} If something in it can not travel; the message says where it is.
   */
  write(value: unknown, at: number, limit: number): number {
    const writer = this.#writers.pop() ?? new ByteWriter();
    try {
      const views = this.#views.reach(limit);
      return writer.write(value, at >> 2, limit >> 2, views) << 2;
    } catch (reason) {
      if (reason !== FULL && reason !== NOT_PLAIN) throw reason;
      const size = reason === FULL ? this.#measure(writer, value, 0, limit - at) : undefined;
      return size === undefined ? this.#writeCut(writer, value, at, limit) : -size;
    } finally {
      this.#writers.push(writer);
    }
  }

  /**
   * Makes the value that was written there. Each is to be read once, or dropped: its primitives arrive.
   *
   * @param end What `write` returned.
   * @throws {TypeError} If this thread has not imported a module that it needs: the message says for which type or function, and
   *   {@link modules} names them. Nothing has arrived then: it may be read again, here or in another thread.
   * @throws {InvalidStateError} If a primitive in it lies in an arena that this thread does not know; as above.
   */
  read(at: number, end: number): unknown {
    const value = this.readAhead(at, end);
    this.arrive();
    return value;
  }

  /** As {@link read}, but its primitives do not arrive before {@link arrive} is called: until then it may be read again. */
  readAhead(at: number, end: number): unknown {
    this.#ahead = undefined;
    const views = this.#views.reach(end);
    if (views.words[at >> 2] !== WIRE) return this.#reader.read(at >> 2, end >> 2, views);
    const wire = this.#wireAt(at, end);
    const value = rebuildAhead(wire);
    this.#ahead = wire;
    return value;
  }

  /** What was read ahead last is not going to be read again. */
  arrive(): void {
    if (!this.#ahead) return;
    dropWire(this.#ahead);
    this.#ahead = undefined;
  }

  /** Lets go of the primitives in a value that nobody is going to read. */
  drop(at: number, end: number): void {
    if (this.#views.reach(end).words[at >> 2] === WIRE) dropWire(this.#wireAt(at, end));
  }

  /** The URLs of the modules that a reader of the value has to import first; nearly always none. */
  modules(at: number, end: number): readonly string[] {
    return this.#views.reach(end).words[at >> 2] === WIRE ? (this.#wireAt(at, end).modules ?? []) : [];
  }

  /** Writes what is not plain: a copy, taken apart. */
  #writeCut(writer: ByteWriter, value: unknown, at: number, limit: number): number {
    const { value: wire, modules } = new Packer(isWritable).pack(value);
    if (modules.length > 0) wire.modules = modules;
    let end = 0;
    try {
      const first = at >> 2;
      if (at < limit) {
        const views = this.#views.reach(limit);
        end = writer.write(wire, first + 1, limit >> 2, views) << 2;
        views.words[first] = WIRE;
      }
    } catch (reason) {
      if (reason !== FULL) throw reason;
    } finally {
      if (end === 0) dropWire(wire);
    }
    return end || -(this.#measure(writer, wire, 4, limit - at) as number);
  }

  /** Where a value would end that begins at `at`, and is known to need more than `less`; undefined if it is not plain. */
  #measure(writer: ByteWriter, value: unknown, at: number, less: number): number | undefined {
    for (let size = Math.max(512, (less + 8) & ~7); ; size = Math.min(size * 4, MOST_BYTES)) {
      try {
        return writer.write(value, at >> 2, size >> 2, new MemoryViews(new ArrayBuffer(size))) << 2;
      } catch (reason) {
        if (reason === NOT_PLAIN) return undefined;
        if (reason !== FULL) throw reason;
        if (size === MOST_BYTES) throw new RangeError(`no value can take over ${size} bytes`);
      }
    }
  }

  #wireAt(at: number, end: number): Wire {
    return this.#reader.read((at >> 2) + 1, end >> 2, this.#views.reach(end)) as Wire;
  }
}
