/**
 * Creates a store for `@fastify/rate-limit` whose windows pass by the steady time line. The library's own goes by the wall
 * clock: one that is set back an hour would hold a caller at its limit for an hour.
 *
 * A store counts `max` callers at a time, and forgets the one whose window is the oldest for a new one.
 */
export function rateStore(clock, max) {
    return class Store {
        #counts = new Map();
        incr(key, callback, timeWindow = 60_000) {
            const now = clock.now();
            let count = this.#counts.get(key);
            if (!count || count.begunAt + timeWindow <= now) {
                // Deleted first, so that the windows stand in the order in which they began.
                this.#counts.delete(key);
                const [oldest] = this.#counts.keys();
                if (this.#counts.size >= max && oldest !== undefined)
                    this.#counts.delete(oldest);
                count = { current: 0, begunAt: now };
                this.#counts.set(key, count);
            }
            count.current += 1;
            callback(null, { current: count.current, ttl: count.begunAt + timeWindow - now });
        }
        child() {
            return new Store();
        }
    };
}
