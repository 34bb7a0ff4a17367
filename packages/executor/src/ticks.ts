// Time as it is kept in the arena, in words: all threads count alike, and differences are right up to some hours.

/** How many make a millisecond. */
const PER_MILLISECOND = 256;

/** The present time. */
export function ticksNow(): number {
  return ((performance.timeOrigin + performance.now()) * PER_MILLISECOND) | 0;
}

/** Milliseconds from one time to another. */
export function millisecondsBetween(earlier: number, later: number): number {
  return millisecondsOf((later - earlier) >>> 0);
}

/** How many milliseconds so many ticks are. */
export function millisecondsOf(ticks: number): number {
  return ticks / PER_MILLISECOND;
}
