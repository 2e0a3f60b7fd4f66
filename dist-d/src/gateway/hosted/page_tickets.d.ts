import type { GatewayParts } from "../parts.js";
import type { HandledTicket } from "../tickets.js";
/** An exchange ticket that was sealed, opened. */
export interface OpenedTicket extends HandledTicket {
    readonly exchangeTicket: string;
}
/** The `ticket` that the status tells a page. */
export interface PageTickets {
    /**
     * The exchange ticket as it is where the app's switch `requireCodeChallenge` is off, and the browser may not spend it. Sealed
     * otherwise: a sealed one is good at the hosted API's exchange alone, which can tell the browser that it was made for, and a backend
     * that exchanges elsewhere, with a code verifier, cannot be given a ticket that has no challenge.
     */
    tell(ticket: HandledTicket, exchangeTicket: string): Promise<string>;
    /** Undefined for what was not sealed here. */
    open(text: string): Promise<OpenedTicket | undefined>;
}
export declare function createPageTickets({ apps, seal, clock, handleMaxAgeMs, }: Pick<GatewayParts, "apps" | "seal" | "clock" | "handleMaxAgeMs">): PageTickets;
