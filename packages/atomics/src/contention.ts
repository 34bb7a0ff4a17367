import { AGENT_DEAD, AGENT_ID, AGENT_STATE, HEADER_SLOTS, SLOT_MASK } from "./layout.ts";

/** Polls before the thread steps aside: about half a microsecond, longer than any section. */
const POLLS = 100;

/** Milliseconds to sleep when the holder seems to have lost its core. Nobody notifies: only time ends the nap. */
const NAP = 0.05;

/** Takes a spin lock that somebody else holds. */
export function contend(words: Int32Array, index: number, agent: number): boolean {
  let poll = 1;
  for (let expected = 0; ; poll++) {
    const holder = Atomics.compareExchange(words, index, expected, agent);
    if (holder === expected) return holder !== 0;
    if (poll % POLLS !== 0) continue;
    expected = isDead(words, holder) ? holder : 0;
    if (expected === 0) nap();
  }
}

function isDead(words: Int32Array, agent: number): boolean {
  const base = Atomics.load(words, HEADER_SLOTS + (agent & SLOT_MASK));
  // What lies beyond this view, or never was an agent (one that enlists itself has no id yet), counts as alive.
  if (agent <= SLOT_MASK || base === 0 || base >= words.length) return false;
  return words[base + AGENT_ID] !== agent || Atomics.load(words, base + AGENT_STATE) === AGENT_DEAD;
}

let bed: Int32Array | undefined;

function nap(): void {
  try {
    bed ??= new Int32Array(new SharedArrayBuffer(4));
    Atomics.wait(bed, 0, 0, NAP);
  } catch {
    // A thread that must not sleep goes on polling, for as long as a few instructions of another thread take.
  }
}
