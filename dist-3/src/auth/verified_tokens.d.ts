import type { Clock } from "../domain/clock.js";
import type { KeySet } from "./key_set.js";
/** What remains of a verification. */
export interface Verification<T> {
    readonly value: T;
    /** The keys that it was made with, and their generation then. */
    readonly keys: KeySet;
    readonly generation: number;
    /** When the token expires, by the wall clock. */
    readonly expiresAt: number;
    /** When its verification is too old, as a moment of the clock. */
    readonly until: number;
}
/** Remembers verified tokens by their SHA-256, so that a token is verified once and never kept. */
export interface VerifiedTokens<T> {
    /** What was remembered of the token; undefined once it has run out, or its issuer's keys are too old or others. */
    get(token: string): T | undefined;
    /** Remembers a verification. The oldest one is forgotten for it where there are too many. */
    remember(token: string, verification: Verification<T>): void;
}
/** Remembers up to `capacity` tokens; none if that is 0. */
export declare function createVerifiedTokens<T>(capacity: number, clock: Clock): VerifiedTokens<T>;
