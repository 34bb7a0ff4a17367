// The words with which the threads of a contestant are started at one moment and stopped together. Those that are written while
// others read stand 256 bytes apart, so that no two of them share a line of the cache.

/** Counts the threads that stand at the start. */
export const ARRIVED = 0;
/** 1 from the moment at which all may go. */
export const GO = 1;
/** 1 from the moment at which all are to stop. */
export const STOP = 64;
/** What contending threads count up, plainly, under the lock: the proof that the lock works. */
export const COUNTER = 128;

const WORDS = 192;

export function makeControl(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(WORDS * 4));
}

/** Lets the next repetition begin; all threads are idle. */
export function reset(control: Int32Array): void {
  for (const word of [ARRIVED, GO, STOP, COUNTER]) Atomics.store(control, word, 0);
}

/** Waits until all threads stand here. They sleep: on one processor a thread that polls keeps the others from coming. */
export function lineUp(control: Int32Array, threads: number): void {
  if (Atomics.add(control, ARRIVED, 1) === threads - 1) {
    Atomics.store(control, GO, 1);
    Atomics.notify(control, GO);
  } else {
    while (Atomics.load(control, GO) === 0) Atomics.wait(control, GO, 0);
  }
}
