import type { FastifyInstance } from "fastify";
import type { GatewayParts } from "../parts.js";
import type { RateLimits } from "../rate_limits.js";
/** The hosted product's API, versions 2 and 3. `docs/hosted-api.md` describes it. */
export declare function hostedRoutes(instance: FastifyInstance, parts: GatewayParts, limited: RateLimits): Promise<void>;
