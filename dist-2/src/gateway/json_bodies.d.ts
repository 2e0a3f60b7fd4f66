import type { FastifyInstance } from "fastify";
/**
 * Has the routes take JSON alone: what a form of another site can post without asking first is none. Deeper than 64 levels
 * is refused with INVALID_REQUEST.
 */
export declare function onlyJson(instance: FastifyInstance): void;
