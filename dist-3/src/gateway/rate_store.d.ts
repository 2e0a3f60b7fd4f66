import type { FastifyRateLimitOptions, FastifyRateLimitStore } from "@fastify/rate-limit";
import type { Clock } from "../domain/clock.js";
/**
 * Creates a store for `@fastify/rate-limit` whose windows pass by the steady time line. The library's own goes by the wall
 * clock: one that is set back an hour would hold a caller at its limit for an hour.
 *
 * A store counts `max` callers at a time, and forgets the one whose window is the oldest for a new one.
 */
export declare function rateStore(clock: Clock, max: number): new (options: FastifyRateLimitOptions) => FastifyRateLimitStore;
