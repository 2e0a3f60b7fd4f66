import { LRUCache } from "lru-cache";
import type { Clock } from "../../base/clock.js";
import { sha256 } from "../../domain/secrets.js";
import type { KeySet } from "../keys/key_set.js";

/** What remains of a verification. */
export interface CacheEntry<T> {
  readonly value: T;
  /** The keys that it was made with, and their generation then. */
  readonly keys: KeySet;
  readonly generation: number;
  /** When the token expires, by the wall clock. */
  readonly expiresAt: number;
  /** When its verification is too old, as a moment of the clock. */
  readonly staleAt: number;
}

/** Remembers verified tokens by their SHA-256, so that a token is verified once and never kept. */
export interface VerifiedTokenCache<T> {
  /** What was remembered of the token; undefined once it has run out, or its issuer's keys are too old or others. */
  get(token: string): T | undefined;
  /** Remembers a verification. The oldest one is forgotten for it where there are too many. */
  set(token: string, verification: CacheEntry<T>): void;
}

/** Remembers up to `capacity` tokens; none if that is 0. */
export function createVerifiedTokenCache<T>(capacity: number, clock: Clock): VerifiedTokenCache<T> {
  // The oldest verification is evicted, however often it is used: `peek` leaves the order alone.
  const entries = capacity < 1 ? undefined : new LRUCache<string, CacheEntry<T>>({ max: capacity });
  return {
    get(token) {
      if (!entries) return undefined;
      const key = sha256(token);
      const entry = entries.peek(key);
      if (!entry) return undefined;
      const isLive = clock.wallNow() < entry.expiresAt && clock.now() < entry.staleAt;
      if (isLive && entry.keys.generation() === entry.generation) return entry.value;
      entries.delete(key);
      return undefined;
    },

    set(token, verification) {
      entries?.set(sha256(token), verification);
    },
  };
}
