import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayParts } from "./parts.js";
import type { HandledTicket } from "./tickets.js";
/**
 * Streams the status of a ticket as server-sent events: `status` with each status, `problem` when it cannot go on. Ends
 * after a terminal one. The id of an event is the revision; who connects again having seen the terminal one is answered 204,
 * which is how EventSource learns to stop. A refusal that passes is a stream too, since EventSource never comes back from
 * any other answer than 200.
 */
export declare function createEvents({ followers, clock, limits, heartbeatMs, onSignIn }: GatewayParts): (ticket: HandledTicket, request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
