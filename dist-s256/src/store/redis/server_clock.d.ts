import type { Clock } from "../../domain/clock.js";
/** Where the time can be asked for. */
interface TimeSource {
    ask(...words: readonly string[]): Promise<unknown>;
}
/** The time of Redis, so that all nodes agree on when a ticket expires, however their own clocks go. */
export interface ServerClock extends Clock {
    /** Takes over the time of a server. Rejects as its `ask` does. */
    follow(server: TimeSource): Promise<void>;
    /** How much this machine's clock is ahead of the server's, in milliseconds. */
    skew(): number;
}
/**
 * A clock that goes on by this machine's monotonic one, which nobody sets. Before it follows a server it is the wall clock of `own`.
 *
 * Its one time line is Redis's: the times in tickets are shared by all nodes, and are told as they are.
 */
export declare function createServerClock(own: Clock): ServerClock;
export {};
