import type { FastifyReply, FastifyRequest } from "fastify";
import { HttpRefusal } from "./refusal.js";
/** The refusal that a request ends with, whatever was thrown: what is not one of ours is a fault, logged with its cause. */
export declare function refusalFor(error: unknown, request: FastifyRequest): HttpRefusal;
/** Answers a refusal as problem details (RFC 9457). */
export declare function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply;
/** `Retry-After` where waiting helps, in whole seconds (RFC 9110, section 10.2.3). */
export declare function sayWhen(reply: FastifyReply, { extras: { retryAfterMs } }: HttpRefusal): FastifyReply;
