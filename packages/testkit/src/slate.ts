// A piece of plain shared memory on which a thread leaves an answer.

const WRITTEN = 0;
const LENGTH = 1;
const TEXT = 8;

export type Slate = Int32Array<SharedArrayBuffer>;

export function newSlate(): Slate {
  return new Int32Array(new SharedArrayBuffer(2 ** 16));
}

/** Leaves a value that JSON can tell. */
export function write(slate: Slate, value: unknown): void {
  const text = new TextEncoder().encode(JSON.stringify(value));
  new Uint8Array(slate.buffer).set(text, TEXT);
  slate[LENGTH] = text.length;
  Atomics.store(slate, WRITTEN, 1);
  Atomics.notify(slate, WRITTEN);
}

/** What was left there; undefined if nothing was. */
export function read<T = unknown>(slate: Slate): T | undefined {
  if (Atomics.load(slate, WRITTEN) === 0) return undefined;
  const text = new Uint8Array(slate.buffer).slice(TEXT, TEXT + (slate[LENGTH] as number));
  return JSON.parse(new TextDecoder().decode(text));
}
