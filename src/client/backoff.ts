import { backoffDelay } from "../base/backoff.js";

/** The pauses before further attempts: random between zero and a limit that doubles (full jitter). */
export interface BackoffOptions {
  /** The limit of the first pause, in milliseconds. 100 by default. */
  readonly initialMs?: number;
  /** Highest value of the limit, in milliseconds. 5,000 by default. */
  readonly maxMs?: number;
}

/** A run of pauses that grow. */
export interface Backoff {
  /** Returns the next pause in milliseconds: the delay that the server asked for, plus a random pause. */
  nextDelay(retryAfterMs: number | undefined): number;
  /**
   * Begins again with the shortest limit if an attempt has worked for at least `maxMs`. A shorter success changes
   * nothing: a peer that accepts every attempt and ends it at once would be called almost without pause.
   *
   * @param workedMs How long the attempt has worked, in milliseconds.
   */
  succeeded(workedMs: number): void;
}

/** @throws RangeError when a limit is not a number above zero. */
export function createBackoff(options: BackoffOptions, random: () => number): Backoff {
  const { initialMs = 100, maxMs = 5_000 } = options;
  if (!(initialMs > 0 && maxMs > 0))
    throw new RangeError("backoff.initialMs and backoff.maxMs must be above zero");
  const curve = { initialMs, maxMs, jitter: 1 };
  let pauses = 0;
  return {
    nextDelay(retryAfterMs = 0) {
      // The sum and not the greater of the two: else all who were told the same delay come back in the same instant.
      return retryAfterMs + backoffDelay(pauses++, curve, random);
    },
    succeeded(uptimeMs) {
      if (uptimeMs >= maxMs) pauses = 0;
    },
  };
}
