import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Clock } from "../domain/clock.js";
/** What the line of a request tells beside route, status and duration. */
interface Note {
    app?: string;
    /** A hash of the ticket id, the same as in the service's log. */
    ticket?: string;
    reason?: string;
    /** Why it was refused, for the operator: never what a secret, a token or a code is made of. */
    why?: string;
    /** Where the page came from that was refused, bounded and printable. */
    origin?: string;
    /** Origin that the gateway takes for its own. */
    ownOrigin?: string;
}
/** Has the line of this request tell more. */
export declare function note(request: FastifyRequest, { ticketId, ...more }: {
    readonly [Name in keyof Omit<Note, "ticket">]?: Note[Name] | undefined;
} & {
    readonly ticketId?: string;
}): void;
/**
 * Writes one line for each request: its route and never its address, which may hold a handle. Floods are summed up each
 * minute.
 */
export declare function logRequests(instance: FastifyInstance, clock: Clock): void;
/** Returns whether a fault has a line of its own, with its cause. */
export declare function hasOwnFaultLine(request: FastifyRequest, reason: string): boolean;
/** For fastify's own lines: the path without the query string, and no header. */
export declare const logSerializers: {
    req: (request: {
        readonly method: string;
        readonly url: string;
    }) => string;
    res: (reply: {
        readonly statusCode: number;
    }) => string;
    err: (error: Error) => string;
};
/**
 * For errors: without the bytes that the parser of HTTP could not read, in which a handle or a cookie may be, and without
 * the query strings that a framework quotes.
 */
export declare function errorSerializer(error: Error): object;
export {};
