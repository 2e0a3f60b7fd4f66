import { LRUCache } from "lru-cache";
import type { Clock } from "../../base/clock.js";
import { sha256 } from "../../domain/secrets.js";

/** Limit on how often tokens that name unknown keys cause a fetch of their issuer's keys. */
export interface RefreshCooldown {
  /**
   * Returns `now` if the keys may be fetched for this token, and `later` if the last fetch is too recent.
   * Returns `never` if they have been fetched after `later` was returned for the token: the key that it
   * names would have been published by then.
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
  let fetches = 0;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  /**
   * Number of fetches before each token first arrived, by its SHA-256. `peek` does not change the order, so the
   * oldest entry is evicted.
   */
  const fetchesBefore = new LRUCache<string, number>({ max: maxEntries });

  return {
    decisionFor(token) {
      if (clock.now() - fetchedAt >= cooldown) return "now";
      const digest = sha256(token);
      const before = fetchesBefore.peek(digest);
      if (before === undefined) fetchesBefore.set(digest, fetches);
      return before !== undefined && before < fetches ? "never" : "later";
    },
    recordRefresh(token) {
      // Callers that share one fetch each count it. That is harmless, since the number only has to grow.
      fetchesBefore.set(sha256(token), fetches);
      fetches += 1;
      fetchedAt = clock.now();
    },
    laterMessage: `A token names an unknown key, and the keys were fetched less than ${cooldown / 1_000} s ago.`,
  };
}
