// Guards the few lines that change a wait queue, the heap or the table of agents. Not for users: it is not fair, not abortable
// and meant for sections of some ten instructions.

/** Polls before the thread steps aside: about half a microsecond, longer than any section. */
const POLLS = 100;

/** Milliseconds to sleep when the holder seems to have lost its core. Nobody notifies: only time ends the nap. */
const NAP = 0.05;

/** Takes the lock at `words[index]`, which is 0 while it is free, for `agent`. */
export function lockSpin(words: Int32Array, index: number, agent: number): void {
  for (let poll = 1; Atomics.compareExchange(words, index, 0, agent) !== 0; poll++) {
    // A thread that must not sleep goes on polling, for as long as a few instructions of another thread take.
    if (poll % POLLS === 0 && threadMaySleep()) Atomics.wait(bed as Int32Array, 0, 0, NAP);
  }
}

/** Gives it back. */
export function unlockSpin(words: Int32Array, index: number): void {
  Atomics.store(words, index, 0);
}

let bed: Int32Array | undefined;
let maySleep = false;

/** Whether this thread is allowed to sleep: a browser's main thread is not. */
export function threadMaySleep(): boolean {
  if (!bed) {
    try {
      bed = new Int32Array(new SharedArrayBuffer(4));
      Atomics.wait(bed, 0, 0, 0);
      maySleep = true;
    } catch {
      bed = new Int32Array(1);
    }
  }
  return maySleep;
}
