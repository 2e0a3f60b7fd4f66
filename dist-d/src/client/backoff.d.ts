import type { Timing } from "./timing.js";
/** How long to pause before another attempt: at random between zero and a limit that doubles (full jitter). */
export interface BackoffOptions {
    /** The limit of the first pause, in milliseconds. 100 by default. */
    readonly baseMs?: number;
    /** What the limit grows to, in milliseconds. 5,000 by default. */
    readonly capMs?: number;
}
/** A run of pauses that grow. */
export interface Backoff {
    /** The next pause in milliseconds. What the server asked to wait comes first, the pause at random on top. */
    next(retryAfterMs: number | undefined): number;
    /**
     * Begins again with the shortest limit if an attempt has worked for at least `capMs`. A shorter success changes nothing:
     * a peer that accepts every attempt and ends it at once would be called without any pause to speak of.
     *
     * @param workedMs How long the attempt has worked, in milliseconds.
     */
    succeeded(workedMs: number): void;
}
/** @throws RangeError when a limit is not a number above zero. */
export declare function createBackoff(options: BackoffOptions, random: Timing["random"]): Backoff;
