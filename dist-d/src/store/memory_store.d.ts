import type { Clock } from "../domain/clock.js";
import type { Lifetimes } from "../domain/ticket.js";
import type { TicketStore } from "./ticket_store.js";
export interface MemoryStoreOptions {
    readonly clock: Clock;
    readonly lifetimes: Lifetimes;
    /** Tickets in all, remembered ones included. */
    readonly maxTickets: number;
    /** Tickets of one app, remembered ones included. */
    readonly maxTicketsPerApp: number;
}
/** The embedded store, and what it holds. */
export interface MemoryStore extends TicketStore {
    /** Number of tickets, remembered ones included. */
    readonly size: number;
    /** Number of ticket ids with at least one subscription. */
    readonly watchedIds: number;
}
/**
 * The embedded store: tickets in the memory of this process, gone with it.
 *
 * Expires and forgets by itself, in slices, so that a hundred thousand tickets that fall due at once do not hold up a
 * call. A ticket that is forgotten leaves nothing behind.
 */
export declare function createMemoryStore(options: MemoryStoreOptions): MemoryStore;
