// The one place that differs between threads, processes and pages without shared memory: bytes, and how to sleep on them.
// Everything above works on an `Int32Array` over `buffer` with `Atomics`, which is atomic on all three.

/** The bytes of an arena and the calls with which an agent sleeps on a word of it. */
export interface Memory {
  readonly buffer: ArrayBufferLike;

  /** The most bytes that `grow` can reach: a power of two. */
  readonly maxByteLength: number;

  /** Makes `buffer` this long; what is there stays. The caller holds the heap's lock. */
  grow(byteLength: number): void;

  /**
   * Sleeps while `words[index]` is `value`, at most `timeout` milliseconds. May return early for no reason.
   *
   * @throws {TypeError} If this thread must not sleep.
   */
  wait(words: Int32Array, index: number, value: number, timeout: number): void;

  /** How agents wake each other, if not by `Atomics.notify`. */
  readonly bell?: Bell;
}

/** How agents wake each other. */
export interface Bell {
  /** Wakes every agent that sleeps on or watches `words[index]`. */
  notify(words: Int32Array, index: number): void;

  /** Calls `changed` once, soon after a `notify` or at once if `words[index]` is not `value`. Keeps no program alive. */
  watch(words: Int32Array, index: number, value: number, changed: () => void): void;
}

/**
 * The memory that all threads of a program see; or that of one thread alone, where a page is not cross-origin isolated and has only
 * a plain `ArrayBuffer`, on which nobody can sleep.
 */
export class ThreadMemory implements Memory {
  readonly buffer: ArrayBufferLike;

  constructor(buffer: ArrayBufferLike) {
    this.buffer = buffer;
  }

  get maxByteLength(): number {
    return this.buffer.maxByteLength;
  }

  grow(byteLength: number): void {
    const { buffer } = this;
    if (buffer instanceof ArrayBuffer) buffer.resize(byteLength);
    else buffer.grow(byteLength);
  }

  wait(words: Int32Array, index: number, value: number, timeout: number): void {
    Atomics.wait(words, index, value, timeout);
  }
}
