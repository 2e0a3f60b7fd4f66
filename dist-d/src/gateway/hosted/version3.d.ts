import type { FastifyInstance } from "fastify";
import type { HostedParts } from "./hosted_parts.js";
/** Version 3 of the hosted API, which its server SDKs speak. The second name of a call is its older one. */
export declare function version3Routes(instance: FastifyInstance, parts: HostedParts): Promise<void>;
