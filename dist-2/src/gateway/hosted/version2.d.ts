import type { FastifyInstance } from "fastify";
import type { HostedParts } from "./hosted_parts.js";
/** Version 2 of the hosted API, which the browser SDK speaks. */
export declare function version2Routes(instance: FastifyInstance, parts: HostedParts): Promise<void>;
