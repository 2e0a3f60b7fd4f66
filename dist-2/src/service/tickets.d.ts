import type { ContextSource, RequesterContext, Ticket } from "../domain/ticket.js";
import type { Approver, UserProfile } from "../domain/user.js";
import type { Admission, TicketAccess } from "./write.js";
/** The app that calls: known from its credential. */
export interface CallingApp {
    readonly id: string;
    readonly userPool: string;
}
/** What a new ticket is made from, with every limit checked and every default filled in. */
export interface NewTicket {
    readonly scene: string;
    /** JSON text. */
    readonly customData: string | undefined;
    readonly customDataSource: ContextSource | undefined;
    /** Wished life in milliseconds. */
    readonly ttl: number | undefined;
    readonly requester: RequesterContext;
    readonly codeChallenge: string | undefined;
}
/** A ticket that is ready to be stored, and the secret that is told once. */
export interface PreparedTicket {
    readonly ticket: Ticket;
    readonly ticketSecret: string;
    readonly createdAt: number;
}
/** What proves the right to follow a ticket, beside the app's credential. */
export interface TicketProof {
    readonly ticketId: string;
    readonly ticketSecret: string;
}
/** What the scanned text says of the ticket; the ticket must agree. */
export interface ScannedCode {
    readonly ticketId: string;
    /** Undefined where the phone sent the bare id. */
    readonly scene: string | undefined;
    readonly userPoolId: string | undefined;
}
/** Life of a ticket that nobody has approved yet, in milliseconds. */
export interface TicketLife {
    readonly ttl: number;
    readonly minTtl: number;
    readonly maxTtl: number;
}
export type TicketService = ReturnType<typeof createTicketService>;
/**
 * The use cases. Each loads the ticket, checks that the caller may see it, and leaves every decision to the transition
 * table. They throw a Refusal for whatever the caller is told.
 */
export declare function createTicketService(access: TicketAccess, life: TicketLife): {
    /** Makes a ticket and its secret without storing it, so that all that can fail happens before the write. */
    prepare(app: CallingApp, wish: NewTicket): PreparedTicket;
    /** Stores a prepared ticket. Refuses with TOO_MANY_TICKETS. */
    create(prepared: PreparedTicket): Promise<void>;
    /** The ticket as it is now, for its creator. */
    get(app: CallingApp, proof: TicketProof): Promise<Ticket>;
    markScanned(by: Approver, scanned: ScannedCode): Promise<Ticket>;
    /** `fetchProfile` is asked only if the approval would be written, and before it is: what it throws changes nothing. */
    authorize(by: Approver, ticketId: string, fetchProfile: () => Promise<UserProfile>): Promise<Ticket>;
    cancel(by: Approver, ticketId: string): Promise<Ticket>;
    withdraw(app: CallingApp, proof: TicketProof): Promise<Ticket>;
    /**
     * What `prepare` makes of the authorized ticket, for the one exchange that wins. It is asked before the write that gives
     * the login away and drops the approval: what it throws leaves the exchange ticket unspent.
     */
    exchange<Answer extends object>(app: CallingApp, exchangeTicket: string, codeVerifier: string, prepare: (ticket: Ticket) => Promise<Answer>): Promise<Answer>;
};
/** Only the app that created the ticket, and only with the ticket secret. */
export declare function creatorOnly(app: CallingApp, proof: TicketProof): Admission;
