import { type AppClient, type CreateTicketRequest, type RequesterContext } from "../client/index.js";
import type { Clock } from "../domain/clock.js";
import type { ServedApp, ServedApps } from "./apps.js";
import { type CallingBrowser } from "./browser.js";
import type { FollowedTicket } from "./followers.js";
import type { Seal } from "./seal.js";
/** A ticket as its handle names it. */
export interface HandledTicket extends FollowedTicket {
    readonly app: ServedApp;
    /** Digest of the cookie of the browser that it was made for; undefined if for any. */
    readonly boundTo: string | undefined;
    /** Whether it was created with a code challenge (PKCE), so that its exchange needs the verifier. */
    readonly hasChallenge: boolean;
}
/** What a page asks for, with every form checked. */
export interface TicketWish {
    readonly scene?: string | undefined;
    readonly customData?: CreateTicketRequest["customData"];
    readonly ttlMs?: number | undefined;
    readonly requester: RequesterContext;
    /** The SHA-256 of a code verifier (PKCE, S256), in base64url. */
    readonly codeChallenge?: string | undefined;
}
/** A ticket that was created, and what a page may be told of it. */
export interface CreatedTicket {
    /** Stands for the ticket and its secret; whoever holds it (and the cookie, where it is bound) may follow the ticket. */
    readonly handle: string;
    readonly ticketId: string;
    /** Never for the page. */
    readonly ticketSecret: string;
    /** The text to draw. */
    readonly qrContent: string;
    /** Milliseconds since the Unix epoch, by the clock of the service. */
    readonly expiresAt: number;
    readonly remainingMs: number;
    readonly minPollIntervalMs: number;
}
/** The gateway's own handles, and those of the hosted API, whose status calls know no cookies. One never opens as the other. */
export type HandleKind = "handle" | "hosted-handle";
/** Creates tickets and keeps nothing: what is needed to follow one goes out with its handle. */
export interface Tickets {
    /** Throws what the service refuses with. */
    create(app: ServedApp, wish: TicketWish, handle: {
        readonly kind: HandleKind;
        readonly boundTo: string | undefined;
    }): Promise<CreatedTicket>;
    /**
     * The ticket of a handle. Refuses with TICKET_NOT_FOUND, whatever is wrong with the handle, and where the gateway's own
     * handle is bound to another browser than the caller; with COOKIE_MISSING where it is genuine and a browser sent no cookie.
     */
    open(kind: HandleKind, handle: string, caller?: CallingBrowser): Promise<HandledTicket>;
}
export interface TicketsOptions {
    readonly client: AppClient;
    readonly apps: ServedApps;
    readonly seal: Seal;
    readonly clock: Clock;
    readonly handleMaxAgeMs: number;
    /** A longer life that a page wishes is cut to this. */
    readonly maxTtlMs: number;
}
export declare function createTickets(options: TicketsOptions): Tickets;
