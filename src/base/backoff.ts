/** The growth of the pauses between attempts. */
export interface BackoffCurve {
  /** Limit of the first pause, in milliseconds. The limit doubles with each further pause. */
  readonly initialMs: number;
  /** Largest limit of a pause, in milliseconds. */
  readonly maxMs: number;
  /**
   * Share of each pause that is random: 0 for none, 1 for a pause between zero and its limit (full jitter). 0
   * by default.
   */
  readonly jitter?: number;
}

/**
 * Returns the length of a pause in milliseconds.
 *
 * @param pauses Number of pauses that came before it; 0 for the first one.
 * @param random Returns a number of at least 0 and less than 1.
 */
export function backoffDelay(
  pauses: number,
  { initialMs, maxMs, jitter = 0 }: BackoffCurve,
  random: () => number = Math.random,
): number {
  const limit = Math.min(initialMs * 2 ** pauses, maxMs);
  return limit * (1 - jitter + jitter * random());
}
