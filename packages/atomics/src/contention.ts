import { AGENT_DEAD, AGENT_ID, AGENT_STATE, HEADER_SLOTS, SLOT_MASK } from "./layout.ts";

/** Polls before the thread steps aside: about half a microsecond, longer than any section. */
const POLLS = 100;

/** Milliseconds to sleep when the holder seems to have lost its core. Nobody notifies: only time ends the nap. */
const NAP = 0.05;

/** Milliseconds after which the holder has not just lost its core: it may have died, and nobody has noticed yet. */
const SUSPICIOUS = 5;

let mayGiveUp = false;

/** Thrown, and caught here, when a spin lock stays taken. */
const TAKEN = {};

/**
 * Calls `fn` as one who must not wait for ever for a spin lock, for it has to find out itself whether its holder is dead.
 *
 * @returns false if `fn` gave up half-way; it is to be called again, later.
 */
export function attempt(fn: () => void): boolean {
  mayGiveUp = true;
  try {
    fn();
    return true;
  } catch (error) {
    if (error !== TAKEN) throw error;
    return false;
  } finally {
    mayGiveUp = false;
  }
}

/** Takes a spin lock that somebody else holds. */
export function contend(words: Int32Array, index: number, agent: number): boolean {
  let poll = 1;
  let since = 0;
  for (let expected = 0; ; poll++) {
    const holder = Atomics.compareExchange(words, index, expected, agent);
    if (holder === expected) return holder !== 0;
    if (poll % POLLS !== 0) continue;
    expected = isDead(words, holder) ? holder : 0;
    if (expected !== 0) continue;
    nap();
    const now = performance.now();
    since ||= now;
    if (now - since < SUSPICIOUS) continue;
    since = now;
    if (mayGiveUp) throw TAKEN;
    arrange();
  }
}

let arranging = false;
const arrangements: (() => void)[] = [];

/** Has `arrangement` called when a spin lock stays taken: what has to go on although this thread does not return to its event loop. */
export function beforeSpinningOn(arrangement: () => void): void {
  arrangements.push(arrangement);
}

/** Sees to it that deaths are noticed although this thread does not return to its event loop. */
function arrange(): void {
  if (arranging) return;
  arranging = true;
  try {
    for (const arrangement of arrangements) arrangement();
  } finally {
    arranging = false;
  }
}

/** Whether an agent has died, of which the words may not reach to its slot. */
export function isDead(words: Int32Array, agent: number): boolean {
  const base = Atomics.load(words, HEADER_SLOTS + (agent & SLOT_MASK));
  // What never was an agent (one that enlists itself has no id yet) counts as alive.
  if (agent <= SLOT_MASK || base === 0) return false;
  // The memory may have grown since.
  if (base >= words.length) return isDead(new Int32Array(words.buffer, 0, words.buffer.byteLength >>> 2), agent);
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
