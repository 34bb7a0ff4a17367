// The platform's own waiting, as bare as it is: what every primitive is measured against.

/** Sleeps while the word has this value, and may return early. */
export function sleepWhile(words: Int32Array, index: number, value: number): void {
  Atomics.wait(words, index, value);
}

export function wakeOne(words: Int32Array, index: number): void {
  Atomics.notify(words, index, 1);
}

/** So many words that nobody else has. */
export function sharedWords(count: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(count * 4));
}
