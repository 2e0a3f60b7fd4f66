import type { FastifyRateLimitOptions, FastifyRateLimitStore } from "@fastify/rate-limit";
import type { Clock } from "../domain/clock.js";

/** Use that one caller has made of its window. */
interface Count {
  current: number;
  /** When the window began, as a moment of the clock. */
  readonly begunAt: number;
}

type Counted = (error: Error | null, result?: { current: number; ttl: number }) => void;

/**
 * Creates a store for `@fastify/rate-limit` whose windows pass by the steady time line. The library's own goes by the wall
 * clock: one that is set back an hour would hold a caller at its limit for an hour.
 *
 * A store counts `max` callers at a time, and forgets the one whose window is the oldest for a new one.
 */
export function rateStore(
  clock: Clock,
  max: number,
): new (
  options: FastifyRateLimitOptions,
) => FastifyRateLimitStore {
  return class Store implements FastifyRateLimitStore {
    readonly #counts = new Map<string, Count>();

    incr(key: string, callback: Counted, timeWindow = 60_000): void {
      const now = clock.now();
      let count = this.#counts.get(key);
      if (!count || count.begunAt + timeWindow <= now) {
        // Deleted first, so that the windows stand in the order in which they began.
        this.#counts.delete(key);
        const [oldest] = this.#counts.keys();
        if (this.#counts.size >= max && oldest !== undefined) this.#counts.delete(oldest);
        count = { current: 0, begunAt: now };
        this.#counts.set(key, count);
      }
      count.current += 1;
      callback(null, { current: count.current, ttl: count.begunAt + timeWindow - now });
    }

    child(): FastifyRateLimitStore {
      return new Store();
    }
  };
}
