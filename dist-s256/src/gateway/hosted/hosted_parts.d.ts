import type { GatewayParts } from "../parts.js";
import type { RateLimits } from "../rate_limits.js";
/** What the routes of both versions are made of. */
export type HostedParts = ReturnType<typeof createHostedParts>;
export declare function createHostedParts(parts: GatewayParts, limited: RateLimits): {
    codes: import("./codes.js").Codes;
    polls: import("./polls.js").Polls;
    exchange: (request: import("fastify").FastifyRequest, fields: {
        ticket: string;
        client_id?: string | null | undefined;
        client_secret?: string | null | undefined;
    }) => Promise<import("../../client/index.js").ExchangeUserInfoResponse>;
    decide: import("./approvals.js").Decide;
    tokenSets: import("./token_sets.js").TokenSets;
    limited: {
        readonly create: {
            readonly config: {
                readonly rateLimit: false;
            };
            readonly onRequest: (this: import("fastify").FastifyInstance, request: import("fastify").FastifyRequest, reply: import("fastify").FastifyReply) => Promise<void>;
        };
        readonly other: {
            readonly config: {
                readonly rateLimit: false;
            };
            readonly onRequest: (this: import("fastify").FastifyInstance, request: import("fastify").FastifyRequest, reply: import("fastify").FastifyReply) => Promise<void>;
        };
        readonly never: {
            readonly config: {
                readonly rateLimit: false;
            };
        };
    };
};
