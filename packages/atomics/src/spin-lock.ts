// Guards the few lines that change a wait queue, the heap or the table of agents. Not for users: it is not fair, not abortable
// and meant for sections of some ten instructions.

import { AGENT_DEAD, AGENT_ID, AGENT_STATE, HEADER_SLOTS, SLOT_MASK } from "./layout.ts";

/** Polls before the thread steps aside: about half a microsecond, longer than any section. */
const POLLS = 100;

/** Milliseconds to sleep when the holder seems to have lost its core. Nobody notifies: only time ends the nap. */
const NAP = 0.05;

/**
 * Takes the lock at `words[index]`, which is 0 while it is free, for `agent`.
 *
 * @returns Whether it was taken over from an agent that died with it in its hands, and may have left things half done.
 */
export function lockSpin(words: Int32Array, index: number, agent: number): boolean {
  let poll = 1;
  for (let expected = 0; ; poll++) {
    const holder = Atomics.compareExchange(words, index, expected, agent);
    if (holder === expected) return holder !== 0;
    if (poll % POLLS !== 0) continue;
    expected = isDead(words, holder) ? holder : 0;
    // A thread that must not sleep goes on polling, for as long as a few instructions of another thread take.
    if (expected === 0 && threadMaySleep()) Atomics.wait(bed as Int32Array, 0, 0, NAP);
  }
}

/** Gives it back. */
export function unlockSpin(words: Int32Array, index: number): void {
  Atomics.store(words, index, 0);
}

function isDead(words: Int32Array, agent: number): boolean {
  const base = Atomics.load(words, HEADER_SLOTS + (agent & SLOT_MASK));
  // What lies beyond this view, or never was an agent (the one that makes an arena has no id at first), counts as alive.
  if (agent <= SLOT_MASK || base === 0 || base >= words.length) return false;
  return words[base + AGENT_ID] !== agent || Atomics.load(words, base + AGENT_STATE) === AGENT_DEAD;
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
