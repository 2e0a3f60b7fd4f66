/** The middle one, or the mean of the two in the middle. */
export function median(numbers) {
    const sorted = numbers.toSorted((a, b) => a - b);
    const middle = sorted.length >> 1;
    const upper = sorted[middle] ?? Number.NaN;
    return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
/** The number that a share (0 to 1) of all numbers does not exceed. */
export function percentile(numbers, share) {
    const sorted = Float64Array.from(numbers).sort();
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
/** The median of the rounds' ratios to the same round of another. */
export function medianRatio(numbers, base) {
    return median(numbers.map((number, round) => number / (base[round] ?? Number.NaN)));
}
