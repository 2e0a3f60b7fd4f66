import { LRUCache } from "lru-cache";
import type { Clock } from "../../base/clock.js";
import { sha256 } from "../../domain/secrets.js";

/** Decides for which tokens with unknown keys the keys of an issuer are read again, and when. */
export interface RefreshCooldown {
  /**
   * Returns `now` when the keys may be read for this token, `later` when they were read so short a time ago that they must not
   * be, and `never` when they have been read since the token was told `later`, and so after whatever key it names was in use.
   */
  decisionFor(token: string): "now" | "later" | "never";
  /** Reports that the keys have been read for a token: the cool-down begins. */
  recordRefresh(token: string): void;
  /** Says in the log what `later` means. */
  readonly laterMessage: string;
}

/** Most tokens that are remembered; the oldest one is forgotten for a further one. */
const maxEntries = 10_000;

/** Creates turns with at least `cooldown` milliseconds between two reads. Remembers up to 10,000 tokens by their SHA-256. */
export function createRefreshCooldown(cooldown: number, clock: Clock): RefreshCooldown {
  let reads = 0;
  let readAt = Number.NEGATIVE_INFINITY;
  /** Number of reads made before the token first came. The oldest one is evicted, so entries are looked at with `peek`. */
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
      // Callers who shared one read count as many, which changes nothing: the number only has to grow.
      readsBefore.set(sha256(token), reads);
      reads += 1;
      readAt = clock.now();
    },
    laterMessage: `A token names a key that the set lacks, which was read less than ${cooldown / 1_000} s ago.`,
  };
}
