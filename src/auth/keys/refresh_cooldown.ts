import { LRUCache } from "lru-cache";
import type { Clock } from "../../base/clock.js";
import { sha256 } from "../../domain/secrets.js";

/** Cool-down that decides for which tokens with unknown keys an issuer's keys are fetched, and when. */
export interface RefreshCooldown {
  /**
   * Returns `now` if the keys may be fetched for this token, and `later` if the last fetch is too recent.
   * Returns `never` if they have been fetched since `later` was returned for the token, since the key it
   * names must have been published by then.
   */
  decisionFor(token: string): "now" | "later" | "never";
  /** Records that the keys have been fetched for a token, and starts the cool-down. */
  recordRefresh(token: string): void;
  /** Message for the log that explains `later`. */
  readonly laterMessage: string;
}

/** Maximum number of remembered tokens. Beyond it, the oldest one is dropped. */
const maxEntries = 10_000;

/**
 * Creates a cool-down of at least `cooldown` milliseconds between two fetches. Remembers up to 10,000 tokens
 * by SHA-256.
 */
export function createRefreshCooldown(cooldown: number, clock: Clock): RefreshCooldown {
  let reads = 0;
  let readAt = Number.NEGATIVE_INFINITY;
  /**
   * Number of reads made before the token first came. The oldest one is evicted, so entries are looked at
   * with `peek`.
   */
  const readsBefore = new LRUCache<string, number>({ max: maxEntries });

  return {
    decisionFor(token) {
      if (clock.now() - readAt >= cooldown) return "now";
      const digest = sha256(token);
      const before = readsBefore.peek(digest);
      if (before === undefined) readsBefore.set(digest, reads);
      return before !== undefined && before < reads ? "never" : "later";
    },
    recordRefresh(token) {
      // Callers that share one read each count it. That is harmless, because the number only has to grow.
      readsBefore.set(sha256(token), reads);
      reads += 1;
      readAt = clock.now();
    },
    laterMessage: `A token names an unknown key, and the keys were fetched less than ${cooldown / 1_000} s ago.`,
  };
}
