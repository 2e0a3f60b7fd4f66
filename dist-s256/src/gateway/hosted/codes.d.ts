import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayParts } from "../parts.js";
import type { HandledTicket, TicketWish } from "../tickets.js";
/** A code to show, as the hosted API tells it. */
export interface ShownCode {
    /** What the page polls with: `random` in V2, `qrcodeId` in V3. The handle, or the ticket id where the app's switch says so. */
    readonly name: string;
    /** The picture, as a `data:` URL. */
    readonly url: string;
    readonly expiresInSeconds: number;
}
/** The codes of the hosted API: what is drawn in them is the ticket id, what the page gets is a handle. */
export interface Codes {
    /** Refuses with APP_UNKNOWN, ORIGIN_NOT_ALLOWED, INVALID_REQUEST for a field that pages may not set, and with whatever the service says. */
    create(request: FastifyRequest, reply: FastifyReply, wish: Pick<TicketWish, "scene" | "customData">): Promise<ShownCode>;
    /** The ticket that a page polls. Refuses with TICKET_NOT_FOUND, whatever is wrong with the name. */
    open(request: FastifyRequest, name: string): Promise<HandledTicket>;
    /** The ticket id that a phone means: it has scanned it, or plays with what create answered. Refuses with TICKET_NOT_FOUND. */
    ticketIdOf(name: string): Promise<string>;
}
export declare function createCodes({ apps, tickets, pictures, clock, handleMaxAgeMs, }: Pick<GatewayParts, "apps" | "tickets" | "pictures" | "clock" | "handleMaxAgeMs">): Codes;
