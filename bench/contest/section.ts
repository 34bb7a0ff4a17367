// A critical section that takes real time: a chain of multiplications, each of which needs the result of the one before.

import { now } from "./clock.ts";
import { median } from "./statistics.ts";

/** What a section of real length is to take, in nanoseconds: a few updates of a shared structure. */
export const SECTION = 900;

const PROBE_TURNS = 50_000;

const FACTOR = 1_103_515_245;
const ADDEND = 12_345;

/**
 * Computes for some turns; what it returns must be used, or the compiler leaves it out.
 *
 * Its body is long so that the compiler does not copy it into its callers: there it came out a third faster in some than in others.
 */
export function work(turns: number, seed: number): number {
  let value = seed;
  for (let turn = 0; turn < turns; turn++) {
    value = (Math.imul(value, FACTOR) + ADDEND) | 0;
    value = (Math.imul(value, FACTOR) + ADDEND) | 0;
    value = (Math.imul(value, FACTOR) + ADDEND) | 0;
    value = (Math.imul(value, FACTOR) + ADDEND) | 0;
    value = (Math.imul(value, FACTOR) + ADDEND) | 0;
    value = (Math.imul(value, FACTOR) + ADDEND) | 0;
    value = (Math.imul(value, FACTOR) + ADDEND) | 0;
    value = (Math.imul(value, FACTOR) + ADDEND) | 0;
    value = (Math.imul(value, FACTOR) + ADDEND) | 0;
    value = (Math.imul(value, FACTOR) + ADDEND) | 0;
    value = (Math.imul(value, FACTOR) + ADDEND) | 0;
    value = (Math.imul(value, FACTOR) + ADDEND) | 0;
    value = (Math.imul(value, FACTOR) + ADDEND) | 0;
    value = (Math.imul(value, FACTOR) + ADDEND) | 0;
    value = (Math.imul(value, FACTOR) + ADDEND) | 0;
    value = (Math.imul(value, FACTOR) + ADDEND) | 0;
    value = (Math.imul(value, FACTOR) + ADDEND) | 0;
    value = (Math.imul(value, FACTOR) + ADDEND) | 0;
    value = (Math.imul(value, FACTOR) + ADDEND) | 0;
    value = (Math.imul(value, FACTOR) + ADDEND) | 0;
  }
  return value;
}

let found: number | undefined;

/** How many turns of `work` make a section of that length on this machine. */
export function sectionTurns(): number {
  found ??= measureTurns();
  return found;
}

function measureTurns(): number {
  const perTurn: number[] = [];
  let seed = 1;
  for (let probe = 0; probe < 21; probe++) {
    const start = now();
    seed = work(PROBE_TURNS, seed);
    perTurn.push((now() - start) / PROBE_TURNS);
  }
  // Never true; keeps the work.
  if (seed === 0.5) throw new Error();
  return Math.round(SECTION / median(perTurn));
}
