import type { Clock } from "../domain/clock.js";
import type { Ticket } from "../domain/ticket.js";
import type { CallingApp, TicketProof } from "./tickets.js";
import type { TicketAccess } from "./write.js";
export interface WatchOptions {
    /** The same status is sent again after so many milliseconds. */
    readonly heartbeat: number;
    /** Watches of one ticket at a time; the newest takes the place of the oldest. */
    readonly maxPerTicket: number;
}
/** Receives what a watch finds, never while it is being started. */
export interface WatchListener {
    /** Takes the ticket as it is now. The next one comes after `resume` and not before. */
    onTicket(ticket: Ticket): void;
    /**
     * Called once, last. The error is undefined after a terminal state; else it is the reason given to `end`, or a Refusal
     * TICKET_NOT_FOUND, WATCH_SUPERSEDED, STORE_UNAVAILABLE (before the first ticket only) or CONCURRENT_UPDATE.
     */
    onEnd(error: unknown): void;
}
/** A ticket that is being watched. */
export interface TicketWatch {
    /** Asks for the next ticket. To be called once after each. */
    resume(): void;
    /** Ends the watch early. Does nothing once it has ended. */
    end(reason: unknown): void;
}
export type WatchTicket = ReturnType<typeof createWatch>;
/**
 * Returns the function that watches a ticket for its creator: the ticket as it is now, at once, after every write and with
 * every heartbeat, until it is finished. It reads when it is asked for the next one and not before, so that nothing queues
 * behind a slow reader and the newest wins.
 *
 * Subscribe, then read, then wait: in another order a write between the reading and the subscribing would be missed.
 *
 * Callbacks, where the rest of the service has promises: a watch waits for minutes and there are tens of thousands. While it
 * waits there is a subscription and a timer, and no suspended function.
 *
 * Heartbeats and pauses run by `timer`, since the clock of the tickets may be Redis's, which steps when it is set.
 */
export declare function createWatch(access: TicketAccess, options: WatchOptions, timer?: Clock): (app: CallingApp, proof: TicketProof, listener: WatchListener) => TicketWatch;
