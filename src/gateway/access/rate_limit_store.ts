import type { FastifyRateLimitOptions, FastifyRateLimitStore } from "@fastify/rate-limit";
import { LRUCache } from "lru-cache";
import type { Clock } from "../../base/clock.js";

/** Use that one caller has made of its window. */
interface CountedWindow {
  current: number;
  /** When the window began, as a moment of the clock. */
  readonly startedAt: number;
}

type IncrementCallback = (error: Error | null, result?: { current: number; ttl: number }) => void;

/**
 * Creates a store for `@fastify/rate-limit` whose windows pass by the steady time line. The library's own goes by the wall
 * clock: one that is set back an hour would hold a caller at its limit for an hour.
 *
 * A store counts `max` callers at a time, and forgets the one whose window is the oldest for a new one.
 */
export function rateLimitStore(
  clock: Clock,
  maxKeys: number,
): new (
  options: FastifyRateLimitOptions,
) => FastifyRateLimitStore {
  return class Store implements FastifyRateLimitStore {
    /** In the order in which the windows began: `peek` leaves it alone. */
    readonly #counts = new LRUCache<string, CountedWindow>({ max: maxKeys });

    incr(key: string, callback: IncrementCallback, timeWindow = 60_000): void {
      const now = clock.now();
      let window = this.#counts.peek(key);
      if (!window || window.startedAt + timeWindow <= now) {
        window = { current: 0, startedAt: now };
        this.#counts.set(key, window);
      }
      window.current += 1;
      callback(null, { current: window.current, ttl: window.startedAt + timeWindow - now });
    }

    child(): FastifyRateLimitStore {
      return new Store();
    }
  };
}
