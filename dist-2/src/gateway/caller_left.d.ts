import type { FastifyReply } from "fastify";
/** Returns a signal that is aborted when the caller has left, with the refusal that the log then shows. */
export declare function closeOf(reply: FastifyReply): AbortSignal;
