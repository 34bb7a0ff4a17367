// Guards the few lines that change a wait queue, the heap or the table of agents. Not for users: it is not fair, not abortable
// and meant for sections of some ten instructions.

const FREE = 0;

/** Polls before the thread steps aside: about half a microsecond, longer than any section. */
const POLLS = 100;

/** Milliseconds to sleep when the holder seems to have lost its core. Nobody notifies: only time ends the nap. */
const NAP = 0.05;

/** Takes the lock at `words[index]` for `agent`. */
export function lockSpin(words: Int32Array, index: number, agent: number): void {
  if (Atomics.compareExchange(words, index, FREE, agent) !== FREE) lockContended(words, index, agent);
}

/** Gives it back. */
export function unlockSpin(words: Int32Array, index: number): void {
  Atomics.store(words, index, FREE);
}

function lockContended(words: Int32Array, index: number, agent: number): void {
  for (;;) {
    for (let poll = 0; poll < POLLS; poll++) {
      if (Atomics.load(words, index) === FREE && Atomics.compareExchange(words, index, FREE, agent) === FREE) return;
    }
    nap();
  }
}

let bed: Int32Array | undefined;

/** Lets other threads run for a moment, where this thread is allowed to sleep. */
function nap(): void {
  try {
    bed ??= new Int32Array(new SharedArrayBuffer(4));
    Atomics.wait(bed, 0, 0, NAP);
  } catch {
    // A browser's main thread must not sleep: it goes on polling, for as long as a few instructions of another thread take.
  }
}
