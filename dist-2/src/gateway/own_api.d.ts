import type { FastifyInstance } from "fastify";
import type { GatewayParts } from "./parts.js";
import type { RateLimits } from "./rate_limits.js";
/** The gateway's own API, which the widget speaks. `docs/gateway.md` describes it. */
export declare function ownRoutes(instance: FastifyInstance, parts: GatewayParts, { create, other, never }: RateLimits): Promise<void>;
