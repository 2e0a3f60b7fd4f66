import { LRUCache } from "lru-cache";
import type { Clock } from "../../base/clock.js";
import { sha256 } from "../../domain/secrets.js";
import type { Validity } from "./token_verifier.js";

/** Result of a verification. */
export interface CacheEntry<T> {
  readonly value: T;
  readonly validity: Validity;
}

/** Cache of verified tokens by SHA-256. The tokens themselves are not kept. */
export interface VerifiedTokenCache<T> {
  /** Number of entries, including those that are no longer valid. */
  readonly size: number;
  /**
   * Returns the cached value. Returns undefined if the token has expired, the entry is too old, or the
   * issuer's keys have changed or are stale.
   */
  get(token: string): T | undefined;
  /** Adds an entry. Drops the oldest one when the cache is full. */
  set(token: string, verification: CacheEntry<T>): void;
}

/** Creates a cache of up to `capacity` tokens. With 0, nothing is cached. */
export function createVerifiedTokenCache<T>(capacity: number, clock: Clock): VerifiedTokenCache<T> {
  // Evicts the oldest verification, however often it is used: `peek` does not change the order.
  const entries = capacity < 1 ? undefined : new LRUCache<string, CacheEntry<T>>({ max: capacity });
  return {
    get size() {
      return entries?.size ?? 0;
    },
    get(token) {
      if (!entries) return undefined;
      const key = sha256(token);
      const entry = entries.peek(key);
      if (!entry) return undefined;
      const { expiresAt, staleAt } = entry.validity;
      const isLive = clock.wallNow() < expiresAt && clock.now() < staleAt;
      if (isLive && entry.validity.isCurrent()) return entry.value;
      entries.delete(key);
      return undefined;
    },

    set(token, verification) {
      entries?.set(sha256(token), verification);
    },
  };
}
