/** Limits of a back-off with full jitter: each pause is random between zero and a limit that doubles. */
export interface BackoffOptions {
  /** Limit of the first pause, in milliseconds; 100 by default. */
  readonly initialMs?: number;
  /** Highest limit, in milliseconds; 5,000 by default. */
  readonly maxMs?: number;
}

/** A sequence of growing pauses between attempts. */
export interface Backoff {
  /** Returns the next pause in milliseconds: the delay that the server asked for plus a random pause. */
  nextDelay(retryAfterMs: number | undefined): number;
  /**
   * Resets the limit to `initialMs` if the attempt lasted for at least `maxMs`. A shorter success keeps the limit.
   * Otherwise a peer that accepts every attempt and ends it at once would be called almost without pause.
   *
   * @param uptimeMs Duration of the attempt, in milliseconds.
   */
  succeeded(uptimeMs: number): void;
}

/**
 * Creates a back-off that has not paused yet.
 *
 * @throws RangeError when a limit is not a number above zero.
 */
export function createBackoff(options: BackoffOptions, random: () => number): Backoff {
  const { initialMs = 100, maxMs = 5_000 } = options;
  if (!(initialMs > 0 && maxMs > 0))
    throw new RangeError("backoff.initialMs and backoff.maxMs must be above zero");
  let limit = Math.min(initialMs, maxMs);
  return {
    nextDelay(retryAfterMs = 0) {
      // A sum, not the greater of the two: all clients that got the same delay would return at the same moment.
      const delay = retryAfterMs + random() * limit;
      limit = Math.min(limit * 2, maxMs);
      return delay;
    },
    succeeded(uptimeMs) {
      if (uptimeMs >= maxMs) limit = Math.min(initialMs, maxMs);
    },
  };
}
