/** The middle one of some numbers; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/**
 * How many times `others` a series is: the median of the ratios within each repetition, so that what slows a whole repetition
 * down cancels out.
 */
export function ratioOf(series: readonly number[], others: readonly number[]): number {
  const pairs = Math.min(series.length, others.length);
  return median(Array.from({ length: pairs }, (_, index) => (series[index] as number) / (others[index] as number)));
}
