// The one place that differs between threads, processes and pages without shared memory: bytes, and how to sleep on them.
// Everything above works on an `Int32Array` over `buffer` with `Atomics`, which is atomic on all three.

/** The bytes of an arena and the three calls with which an agent sleeps on a word of it. */
export interface Memory {
  readonly buffer: ArrayBufferLike;

  /** The most bytes that `grow` can reach. */
  readonly maxByteLength: number;

  /** Whether agents other than this one can see the bytes. */
  readonly shared: boolean;

  /** Makes `buffer` at least this long; what is there stays. The caller holds the heap's lock. */
  grow(byteLength: number): void;

  /** Sleeps while `words[index]` is `value`, at most `timeout` milliseconds. May return early for no reason. */
  wait(words: Int32Array, index: number, value: number, timeout: number): void;

  /** Wakes every agent that sleeps on or watches `words[index]`. */
  notify(words: Int32Array, index: number): void;

  /** Calls `changed` once, soon after a `notify` or at once if `words[index]` is not `value`. Keeps no program alive. */
  watch(words: Int32Array, index: number, value: number, changed: () => void): void;
}

/** Memory that all threads of a program see. */
export class ThreadMemory implements Memory {
  readonly buffer: SharedArrayBuffer;
  readonly shared = true;

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
  }

  get maxByteLength(): number {
    return this.buffer.maxByteLength;
  }

  grow(byteLength: number): void {
    if (this.buffer.byteLength < byteLength) this.buffer.grow(byteLength);
  }

  wait(words: Int32Array, index: number, value: number, timeout: number): void {
    Atomics.wait(words, index, value, timeout);
  }

  notify(words: Int32Array, index: number): void {
    Atomics.notify(words, index);
  }

  watch(words: Int32Array, index: number, value: number, changed: () => void): void {
    const result = Atomics.waitAsync(words, index, value);
    if (result.async) result.value.then(changed);
    else queueMicrotask(changed);
  }
}

/**
 * Memory of one thread alone, for pages that are not cross-origin isolated and have no `SharedArrayBuffer`.
 *
 * There is nobody who could end a blocking wait, so callers check `shared` before they sleep; async waits are woken by their own
 * thread, which needs neither `notify` nor `watch`.
 */
export class LocalMemory implements Memory {
  readonly buffer: ArrayBuffer;
  readonly shared = false;

  constructor(buffer: ArrayBuffer) {
    this.buffer = buffer;
  }

  get maxByteLength(): number {
    return this.buffer.maxByteLength;
  }

  grow(byteLength: number): void {
    if (this.buffer.byteLength < byteLength) this.buffer.resize(byteLength);
  }

  wait(): void {}

  notify(): void {}

  watch(): void {}
}
