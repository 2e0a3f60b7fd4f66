import type { FastifyRateLimitOptions, FastifyRateLimitStore } from "@fastify/rate-limit";
import { LRUCache } from "lru-cache";
import type { Clock } from "../../base/clock.js";

/** One caller's count in its current window. */
interface CountedWindow {
  current: number;
  /** Start of the window, by the monotonic clock. */
  readonly startedAt: number;
}

type IncrementCallback = (error: Error | null, result?: { current: number; ttl: number }) => void;

/**
 * Returns a store class for `@fastify/rate-limit` that measures windows by the monotonic clock. The library's
 * own store uses the wall clock: if that is set back by an hour, a caller at its limit stays there for an hour.
 *
 * A store counts `maxKeys` callers at a time. A new caller displaces the one with the oldest window.
 */
export function rateLimitStore(
  clock: Clock,
  maxKeys: number,
): new (
  options: FastifyRateLimitOptions,
) => FastifyRateLimitStore {
  return class Store implements FastifyRateLimitStore {
    /** Windows by caller, in the order of their start: `peek` does not change it. */
    readonly #windows = new LRUCache<string, CountedWindow>({ max: maxKeys });

    incr(key: string, callback: IncrementCallback, timeWindow = 60_000): void {
      const now = clock.now();
      let window = this.#windows.peek(key);
      if (!window || window.startedAt + timeWindow <= now) {
        window = { current: 0, startedAt: now };
        this.#windows.set(key, window);
      }
      window.current += 1;
      callback(null, { current: window.current, ttl: window.startedAt + timeWindow - now });
    }

    child(): FastifyRateLimitStore {
      return new Store();
    }
  };
}
