import type { Clock } from "../domain/clock.js";
/** Keeps callers from asking a peer that has just been shown to be away, each of them until a time-out. */
export interface CircuitBreaker {
    /**
     * Runs the work unless the peer is believed to be away. After a pause a few calls are let through to find out; others are
     * refused until one of these has ended.
     *
     * @throws CircuitOpen without having run the work; otherwise whatever the work throws.
     */
    run<T>(work: () => Promise<T>, by?: Caller): Promise<T>;
}
/** On whose behalf the work is done. */
export interface Caller {
    /** Failures of one caller count as one. */
    readonly id: string;
    /** Once this is aborted, a failure says nothing about the peer. */
    readonly signal: AbortSignal | undefined;
}
export interface CircuitBreakerOptions {
    /** Whether what the work threw shows that the peer is away, and not that it answers; true for everything by default. */
    readonly isFailure?: (error: unknown) => boolean;
    readonly clock: Clock;
}
/** The peer was not asked. The cause is its last failure. */
export declare class CircuitOpen extends Error {
    constructor(cause: unknown);
}
/** Creates a circuit breaker that is closed. */
export declare function createCircuitBreaker(options: CircuitBreakerOptions): CircuitBreaker;
