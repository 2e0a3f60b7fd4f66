/** Returns the median. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Returns the number that the given share (0 to 1) of all numbers does not exceed. */
export function percentile(numbers: Float64Array | readonly number[], share: number): number {
  const sorted = Float64Array.from(numbers).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Returns the median of the ratios to the other numbers, round by round. */
export function medianRatio(numbers: readonly number[], base: readonly number[]): number {
  return median(numbers.map((number, round) => number / (base[round] ?? Number.NaN)));
}
