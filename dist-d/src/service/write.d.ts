import type { Clock } from "../domain/clock.js";
import type { Command } from "../domain/decide.js";
import type { Lifetimes, Ticket } from "../domain/ticket.js";
import type { TicketStore } from "../store/ticket_store.js";
/** What reading and writing a ticket needs. */
export interface TicketAccess {
    readonly store: TicketStore;
    readonly clock: Clock;
    readonly lifetimes: Lifetimes;
}
/** What a command came to. */
export interface Outcome<Prepared> {
    /** The ticket as it is now. */
    readonly ticket: Ticket;
    /** What was prepared for the write; undefined if this command wrote nothing, or nothing was to be prepared. */
    readonly prepared: Prepared | undefined;
}
/** Whether the caller may see the ticket at all; throws a Refusal if not. */
export type Admission = (ticket: Ticket) => void;
/** For whoever has shown by other means that the ticket is theirs to see. */
export declare const anyone: Admission;
/** What goes with a command. */
export interface Performance<Prepared> {
    readonly admit: Admission;
    /**
     * For what may fail and must not fail after the write: asked with the ticket as it stands, once a write is decided and before
     * it is made, and again after each lost race. What it throws changes nothing.
     */
    readonly prepare?: (ticket: Ticket) => Promise<Prepared>;
    /** The ticket as it was read before, which saves reading it again. */
    readonly read?: Ticket;
}
/**
 * The ticket as it is true now: one whose time has run out is written EXPIRED first, whoever looks at it.
 *
 * @param read The ticket as it was read before, which may be old: whatever is written is compared with it.
 * @throws Refusal TICKET_NOT_FOUND, CONCURRENT_UPDATE, STORE_UNAVAILABLE, and what `admit` throws.
 */
export declare function load({ store, clock, lifetimes }: TicketAccess, id: string, admit: Admission, read?: Ticket): Promise<Ticket>;
/**
 * Calls `onChange` when the ticket may have been written, as {@link TicketStore.subscribe}.
 *
 * @throws Refusal TICKET_NOT_FOUND, STORE_UNAVAILABLE
 */
export declare function subscribe({ store }: TicketAccess, id: string, onChange: () => void): Promise<() => void>;
/**
 * Lets a command take effect: load, decide, write if nobody else has written since, else load again. The loser of a race
 * is answered by the state that won.
 *
 * @throws Refusal with what the table says; also TICKET_NOT_FOUND, CONCURRENT_UPDATE, STORE_UNAVAILABLE, and
 * OUTCOME_UNKNOWN for an exchange.
 */
export declare function perform<Prepared>(access: TicketAccess, id: string, command: Command, { admit, prepare, read }: Performance<Prepared>): Promise<Outcome<Prepared>>;
/**
 * What the command would write to the ticket as it is, or undefined if it would change nothing.
 *
 * @throws Refusal with what the table says.
 */
export declare function nextOf({ clock, lifetimes }: TicketAccess, ticket: Ticket, command: Command): Ticket | undefined;
/** Tells the caller of a back end that is away, and whether a second try is safe. */
export declare function inStore<T>(work: () => Promise<T>, command?: Command["name"]): Promise<T>;
