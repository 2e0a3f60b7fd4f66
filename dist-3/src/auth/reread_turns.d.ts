import type { Clock } from "../domain/clock.js";
/** Decides for which tokens with unknown keys the keys of an issuer are read again, and when. */
export interface RereadTurns {
    /**
     * Returns `now` when the keys may be read for this token, `later` when they were read so short a time ago that they must not
     * be, and `never` when they have been read since the token was told `later`, and so after whatever key it names was in use.
     */
    turnOf(token: string): "now" | "later" | "never";
    /** Reports that the keys have been read for a token: the cool-down begins. */
    hasRead(token: string): void;
    /** Says in the log what `later` means. */
    readonly laterText: string;
}
/** Creates turns with at least `cooldown` milliseconds between two reads. Remembers up to 10,000 tokens by their SHA-256. */
export declare function createRereadTurns(cooldown: number, clock: Clock): RereadTurns;
