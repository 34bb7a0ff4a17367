/** The least stack that CPython accepts, too. */
const MIN_STACK = 32 * 1024;

/** What the engine keeps of a worker's stack for itself, in megabytes. With less than this left a worker takes the process with it. */
const RESERVED_MB = 0.3;

let current = 0;

/**
 * Reads, or sets, the stack size in bytes of threads that will be made; 0 is the engine's default.
 *
 * @param size 0, or at least 32 KiB. Left out, only reads.
 * @returns The size that was set before.
 * @throws {RangeError} If it is something else.
 */
export function stackSize(size?: number): number {
  const before = current;
  if (size !== undefined) {
    if (size !== 0) stackLimit(size);
    current = size;
  }
  return before;
}

/** The size for a thread that names none. */
export function defaultStackSize(): number {
  return current;
}

/** Node's limit for so many bytes. */
export function stackLimit(size: number): number {
  if (typeof size !== "number") throw new TypeError(`a stack size must be a number of bytes, got ${typeof size}`);
  if (!Number.isInteger(size) || size < MIN_STACK) {
    throw new RangeError(`a stack size must be an integer of at least ${MIN_STACK} bytes, got ${size}`);
  }
  return size / 2 ** 20 + RESERVED_MB;
}
