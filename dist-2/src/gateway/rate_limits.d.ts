import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { GatewayLimits } from "./options.js";
/** Route options that bound how often one address calls. Each is one count for all routes that have it. */
export type RateLimits = ReturnType<typeof createRateLimits>;
export declare function createRateLimits(instance: FastifyInstance, { createsPerMinute, callsPerMinute }: GatewayLimits): {
    readonly create: {
        readonly config: {
            readonly rateLimit: false;
        };
        readonly onRequest: (this: FastifyInstance, request: FastifyRequest, reply: FastifyReply) => Promise<void>;
    };
    readonly other: {
        readonly config: {
            readonly rateLimit: false;
        };
        readonly onRequest: (this: FastifyInstance, request: FastifyRequest, reply: FastifyReply) => Promise<void>;
    };
    /** Status calls: whoever waits must not be refused, by no limit of the server either. */
    readonly never: {
        readonly config: {
            readonly rateLimit: false;
        };
    };
};
