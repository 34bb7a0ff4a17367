// How long things took, in histograms that each worker has of its own: four steps to each doubling.

import type { OpenArena } from "@conc/atomics";
import { millisecondsOf } from "./ticks.ts";

/** How many steps there are, for all that fits into 32 bits. */
export const STEPS = 128;

/** The step of a time in ticks. */
export function stepOf(ticks: number): number {
  const whole = ticks >>> 0;
  const doublings = 31 - Math.clz32(whole | 1);
  return doublings < 2 ? whole : (doublings - 1) * 4 + ((whole >>> (doublings - 2)) & 3);
}

/** The times, in ticks, that belong to a step: from this one up to that of the next step. */
function begin(step: number): number {
  return step < 4 ? step : (4 + (step & 3)) * 2 ** ((step >>> 2) - 1);
}

/** How long most took, in milliseconds; each figure is right up to an eighth of itself. 0 if there is none. */
export interface Percentiles {
  /** Half of them took no longer. */
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** The percentiles over several histograms, which begin at these places. */
export function percentilesOf({ heap }: OpenArena, places: readonly number[]): Percentiles {
  const counts = Array.from({ length: STEPS }, (_, step) =>
    places.reduce((sum, place) => sum + ((heap.reach(place)[place + step] as number) >>> 0), 0),
  );
  const total = counts.reduce((sum, count) => sum + count, 0);
  const below = (share: number): number => {
    let seen = 0;
    for (const [step, count] of counts.entries()) {
      seen += count;
      if (count > 0 && seen >= total * share) return millisecondsOf((begin(step) + begin(step + 1)) / 2);
    }
    return 0;
  };
  return { p50: below(0.5), p90: below(0.9), p99: below(0.99), max: below(1) };
}
