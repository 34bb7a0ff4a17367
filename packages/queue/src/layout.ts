// Where the words of a queue lie in its block, counted from its first own word.
//
// The ends are apart: what those who put write all the time, and what those who get do, is in cache lines of its own.

/** Tells the arena how what belongs to the block is freed with it; see `disposal.ts` of the core. */
export const DISPOSAL = 0;
/** How many items there may be at a time; 0 for any number. */
export const MAX_SIZE = 1;
export const STATE = 2;
/** First of the tallies; see `tally.ts`. */
export const TALLIES = 3;
/** The line of those who wait for an item; its value is 1 if a put has to look at the line. */
export const GETTERS = 4;
/** The line of those who wait for room; its value is 1 if a get has to look at the line. */
export const PUTTERS = 8;
/** The line of those who wait for all tasks to be done. */
export const JOINERS = 12;
/** A drained segment that can be used again, or 0. */
export const SPARE = 16;
/** 1 if a thread has no tally, for there was no room for one. */
export const UNTALLIED = 17;

export const PUT_LOCK = 24;
/** How many items were ever put, modulo 2^32. */
export const PUTS = 25;
/** Where the next record goes, and the segment that this is in: twice, see `ring.ts`. */
export const TAIL = 26;
/** Of a chain: the first crate of each lane. */
export const LANES = 26;
/** A crate that is about to be put, and what PUTS was before. */
export const INCOMING = 30;

export const GET_LOCK = 46;
/** How many were ever taken, modulo 2^32. */
export const GETS = 47;
/** What PUTS was when last looked at; never behind GETS. */
export const SEEN = 48;
/** Where the next record to be taken is, and its segment: twice. */
export const HEAD = 49;
/** A block that is about to be done with, and what GETS was before. */
export const OUTGOING = 53;
/** How many tasks were ever done, modulo 2^32. */
export const DONES = 55;

export const QUEUE_BYTES: number = 56 * 4;

// What STATE holds. It only grows.
export const OPEN = 0;
/** Shut down: nothing can be put any more, what is there can be taken. */
export const SHUT = 1;
/** Shut down at once: what was there is gone. */
export const EMPTIED = 2;

// What became of a try.
export const DONE = 0;
/** Full, or empty. */
export const NOT_YET = 1;
/** Shut down. */
export const OVER = 2;
export type Outcome = typeof DONE | typeof NOT_YET | typeof OVER;
