/**
 * Minimum of distinct bytes in 32 or more random bytes. Fewer are practically impossible: the chance is below
 * 2^-24, for hexadecimal digits too.
 */
const minDistinctBytes = 8;

/**
 * Returns a pattern which shows that a secret of 32 or more bytes is not random, as part of a sentence;
 * undefined if none is found. Finds typed text and placeholders: few distinct bytes, repetitions, and bytes
 * that count up or down. Does not find everything: a sentence is not random either.
 */
export function describePattern(secret: Uint8Array): string | undefined {
  const bytes = [...secret];
  const different = new Set(bytes).size;
  if (different < minDistinctBytes) return `has only ${different} distinct bytes`;
  if (isRepetition(bytes)) return "repeats one sequence";
  return isArithmeticSequence(bytes) ? "counts in equal steps" : undefined;
}

/**
 * Returns whether the bytes repeat a sequence of at most half their length. The last repetition may be cut
 * off.
 */
function isRepetition(bytes: readonly number[]): boolean {
  const periods = Array.from({ length: Math.floor(bytes.length / 2) }, (_, index) => index + 1);
  return periods.some((period) => bytes.every((byte, at) => at < period || byte === bytes[at - period]));
}

/** Returns whether at least half of all neighbours differ by the same amount. */
function isArithmeticSequence(bytes: readonly number[]): boolean {
  const times = new Map<number, number>();
  for (const [at, byte] of bytes.entries()) {
    if (at === 0) continue;
    const step = (byte - (bytes[at - 1] ?? 0)) & 0xff;
    times.set(step, (times.get(step) ?? 0) + 1);
  }
  return Math.max(...times.values()) >= (bytes.length - 1) / 2;
}
