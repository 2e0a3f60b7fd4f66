import type { FastifyReply, FastifyRequest } from "fastify";
import { type HttpRefusal } from "../refusal.js";
/** What every answer of a version of the hosted API is wrapped in. */
export interface Envelope {
    answer(request: FastifyRequest, message: string, data: unknown): Record<string, unknown>;
    refuse(request: FastifyRequest, refusal: HttpRefusal): Record<string, unknown>;
}
export declare const version2: Envelope;
export declare const version3: Envelope;
/**
 * Answers refusals in the envelope, with HTTP 200: of anything else the SDKs read nothing but the status. What no SDK sends,
 * such as broken JSON or a page of an origin that is not listed, keeps its HTTP status.
 */
export declare function refuseIn(envelope: Envelope): (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply;
