import type { Logger } from "pino";
import type { Clock } from "../domain/clock.js";
/** Decides which lines of a flood are written one by one; the others are counted and summed up. */
export interface LineLimit {
    /**
     * Returns whether this line is to be written by itself. Otherwise the next summary counts it. Always true where the log
     * is at level debug or trace.
     */
    admits(line: LimitedLine): boolean;
    /** Writes the summary of what is still to be told. Later lines are not summed up. */
    close(): void;
}
export interface LimitedLine {
    /** Lines with the same budget share {@link LineLimitOptions.lines}. From a bounded set. */
    readonly budget: string;
    /** Method or route, for the summary. From a bounded set. */
    readonly method: string;
    /** Reason or status, for the summary. From a bounded set. */
    readonly reason: string;
    /** Whether the fault is ours. The summary is a warning then. */
    readonly isFault?: boolean;
}
export interface LineLimitOptions {
    /** Where the summaries go. */
    readonly log: Pick<Logger, "info" | "warn" | "level">;
    readonly clock: Clock;
    /** So many lines of each budget are written in an interval. */
    readonly lines: number;
    /** Message of the summary. */
    readonly message: string;
}
/** Length of an interval, in milliseconds. */
export declare const summaryInterval = 60000;
/** Refusals that have a line of their own, in an interval and for each budget. */
export declare const refusalsPerInterval = 20;
/** Creates a limit. Its timer runs only while there is something to count. */
export declare function createLineLimit({ log, clock, lines, message }: LineLimitOptions): LineLimit;
