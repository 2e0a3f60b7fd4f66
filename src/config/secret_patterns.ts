/** Random bytes of this number or more are never so few different ones: the chance is below 2^-24 for hexadecimal digits too. */
const minDistinctBytes = 8;

/**
 * Returns what shows that a secret was not drawn at random, as part of a sentence; undefined if nothing does. For 32 bytes or more.
 * Finds what people type and what placeholders look like: few different bytes, one piece over and over, bytes that count up or
 * down. What it does not find may still be no random secret, such as a sentence.
 */
export function describePattern(secret: Uint8Array): string | undefined {
  const bytes = [...secret];
  const different = new Set(bytes).size;
  if (different < minDistinctBytes) return `has only ${different} different bytes`;
  if (isRepetition(bytes)) return "is one piece over and over";
  return isArithmeticSequence(bytes) ? "counts in steps of one size" : undefined;
}

/** Whether a piece of at most half the length makes up the whole, the last time maybe cut off. */
function isRepetition(bytes: readonly number[]): boolean {
  const periods = Array.from({ length: Math.floor(bytes.length / 2) }, (_, index) => index + 1);
  return periods.some((period) => bytes.every((byte, at) => at < period || byte === bytes[at - period]));
}

/** Whether at least half of all neighbours differ by the same amount. */
function isArithmeticSequence(bytes: readonly number[]): boolean {
  const times = new Map<number, number>();
  for (const [at, byte] of bytes.entries()) {
    if (at === 0) continue;
    const step = (byte - (bytes[at - 1] ?? 0)) & 0xff;
    times.set(step, (times.get(step) ?? 0) + 1);
  }
  return Math.max(...times.values()) >= (bytes.length - 1) / 2;
}
