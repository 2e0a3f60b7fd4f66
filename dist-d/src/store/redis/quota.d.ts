import type { Clock } from "../../domain/clock.js";
export interface Caps {
    /** Tickets in all that this node has created. */
    readonly maxTickets: number;
    /** Tickets of one app that this node has created. */
    readonly maxTicketsPerApp: number;
}
/** Counts the tickets that this node has created, until they would be forgotten if nobody scanned them. */
export interface Quota {
    /**
     * Counts a ticket until `until`, in milliseconds since the Unix epoch. The answer takes it back.
     *
     * @throws Refusal TOO_MANY_TICKETS
     */
    take(appId: string, until: number): () => void;
}
/**
 * Holds a count for each second and app, and nothing for each ticket: another node may finish a ticket, and then this one would not
 * hear of it.
 */
export declare function createQuota(clock: Clock, { maxTickets, maxTicketsPerApp }: Caps): Quota;
