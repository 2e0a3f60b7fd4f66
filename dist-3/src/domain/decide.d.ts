import type { Reason } from "./refusal.js";
import type { CancelReason, Lifetimes, Ticket, TicketState } from "./ticket.js";
import type { Approver, UserProfile } from "./user.js";
/** What can be asked of a ticket that exists, by a caller whose credential and right to see it have been checked. */
export type Command = {
    readonly name: "markScanned";
    readonly by: Approver;
} | {
    readonly name: "authorize";
    readonly by: Approver;
    readonly profile: UserProfile;
} | {
    readonly name: "cancel";
    readonly by: Approver;
} | {
    readonly name: "withdraw";
} | {
    readonly name: "exchange";
    readonly codeVerifier: string;
}
/** The time of the ticket has run out. */
 | {
    readonly name: "expire";
};
/** What the next write is made with. */
export interface Write {
    /** The moment by the clock of the tickets, in milliseconds. */
    readonly now: number;
    /** A fresh write id. */
    readonly writeId: string;
    readonly lifetimes: Lifetimes;
}
/** What a command does to a ticket: write `next`, or nothing since it was done before, or refuse. */
export type Decision = {
    readonly kind: "write";
    readonly next: Ticket;
} | {
    readonly kind: "unchanged";
} | {
    readonly kind: "refuse";
    readonly reason: Reason;
    /** The state that speaks against it; undefined where the caller does. */
    readonly currentState: TicketState | undefined;
};
/** One cell of the table: the state to go to, no change, a refusal, or no change for whoever ended it this way. */
type Cell = {
    readonly to: TicketState;
    readonly because?: CancelReason;
} | {
    readonly unchanged: true;
    readonly if?: CancelReason;
    readonly else?: Reason;
} | {
    readonly refuse: Reason;
};
/**
 * The transition table: the only place where a state decides what a command does.
 * A state or a command without its cells does not compile.
 */
export declare const table: Readonly<Record<TicketState, Readonly<Record<Command["name"], Cell>>>>;
/**
 * Decides what a command does to a ticket. Pure: the same arguments, the same answer.
 *
 * Where several things are wrong the answer is the first of user pool, scanner, proof, state. Expiry is a command of its own:
 * whoever calls this with another one has let it take effect before ({@link expiryOf}).
 *
 * @throws Error when an approver's command would pass on a ticket that has lost its scanner.
 */
export declare function decide(ticket: Ticket, command: Command, write: Write): Decision;
/** The ticket after its time has run out, to be written in place of `ticket`; undefined while it lives or once it is finished. */
export declare function expiryOf(ticket: Ticket, write: Write): Ticket | undefined;
export {};
