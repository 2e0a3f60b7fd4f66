import type { Clock } from "../../base/clock.js";
import { sha256 } from "../../domain/secrets.js";
import type { KeySet } from "../keys/key_set.js";

/** Result of a verification. */
export interface CacheEntry<T> {
  readonly value: T;
  /** Keys that verified the token. `generation` is theirs at that time. */
  readonly keys: KeySet;
  readonly generation: number;
  /** Expiry of the token, by the wall clock. */
  readonly expiresAt: number;
  /** Time at which the entry becomes too old, by the monotonic clock. */
  readonly staleAt: number;
}

/** Cache of verified tokens by SHA-256. The tokens themselves are not kept. */
export interface VerifiedTokenCache<T> {
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
  const entries = new Map<string, CacheEntry<T>>();
  return {
    get(token) {
      const key = sha256(token);
      const entry = entries.get(key);
      if (!entry) return undefined;
      const isLive = clock.wallNow() < entry.expiresAt && clock.now() < entry.staleAt;
      if (isLive && entry.keys.generation() === entry.generation) return entry.value;
      entries.delete(key);
      return undefined;
    },

    set(token, verification) {
      if (capacity < 1) return;
      const key = sha256(token);
      // Deleted first, so that it counts as the newest.
      entries.delete(key);
      for (const oldest of entries.keys()) {
        if (entries.size < capacity) break;
        entries.delete(oldest);
      }
      entries.set(key, verification);
    },
  };
}
