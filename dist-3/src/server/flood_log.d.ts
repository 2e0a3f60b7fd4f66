import type { Logger } from "pino";
import type { Clock } from "../domain/clock.js";
/** Events of a limit that is reached: refusals and cuts. */
export type Flood = "connectionsRefused" | "connectionsEvicted" | "handshakesTimedOut" | "metadataTooLarge" | "requestsTimedOut" | "requestsCrowdedOut" | "answersNotRead" | "healthWatchesRefused";
/** Counts what limits refuse, and writes sums instead of a line for each. */
export interface FloodLog {
    count(kind: Flood): void;
    /** Writes what has been counted since the last line. */
    close(): void;
}
export declare function createFloodLog(log: Logger, clock: Clock): FloodLog;
