/** Nanoseconds on a clock that all threads share; `performance.now()` has an origin of its own in each. */
export function now(): number {
  return Number(process.hrtime.bigint());
}
