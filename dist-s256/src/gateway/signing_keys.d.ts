import type { FastifyInstance } from "fastify";
import type { GatewayParts } from "./parts.js";
/** Publishes the keys that verify the tokens of the service, as a JSON Web Key Set (RFC 7517). */
export declare function keyRoutes(instance: FastifyInstance, { client, clock }: GatewayParts): Promise<void>;
