import type { errorResponseBuilderContext } from "@fastify/rate-limit";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { LimitName } from "../../domain/limits.js";
import { addressKeyOf, networkKeyOf } from "../http/client_address.js";
import { HttpError } from "../http/http_error.js";
import type { GatewayLimitName, LimitObserver } from "./limit_observer.js";

/** Limits on the calls of one address. */
export interface RateLimitOptions {
  /**
   * Tickets that one address (IPv6: one /64) can create in a minute; an IPv6 /48 can create four times as
   * many. 600 by default.
   */
  readonly ticketsPerMinute: number;
  /** Other calls of one address in a minute. Status calls are not counted. 6,000 by default. */
  readonly callsPerMinute: number;
}

/** Route options that limit the calls of one address. All routes with the same options share one count. */
export type RateLimits = ReturnType<typeof createRateLimits>;

/** A network can create this many times the tickets of an address. */
const networkFactor = 4;

/** Creates the route options. A call over a limit is rejected with RATE_LIMITED. */
export function createRateLimits(
  instance: FastifyInstance,
  { ticketsPerMinute, callsPerMinute }: RateLimitOptions,
  observer: LimitObserver,
) {
  function rateLimited(
    limit: LimitName & GatewayLimitName,
    { ttl }: Pick<errorResponseBuilderContext, "ttl">,
  ): HttpError {
    observer.limitExceeded(limit);
    const text = `too many requests from this ${limit === "requester_network" ? "network" : "address"}`;
    return new HttpError(429, "RATE_LIMITED", text, { retryAfterMs: ttl, limit });
  }
  const perMinute = (name: string, max: number, limit: LimitName & GatewayLimitName) => {
    // Not set in the config of the routes, where each route would have its own count.
    const enforceLimit = instance.rateLimit({
      max,
      timeWindow: 60_000,
      // The key contains the name of the limit, since all limits of a server may share one store.
      keyGenerator: (request) => `qrlogin ${name} ${addressKeyOf(request)}`,
      errorResponseBuilder: (_request, usage) => rateLimited(limit, usage),
    });
    async function onRequest(this: FastifyInstance, request: FastifyRequest, reply: FastifyReply) {
      await enforceLimit.call(this, request, reply);
    }
    return { config: { rateLimit: false }, onRequest } as const;
  };
  const checkNetworkLimit = instance.createRateLimit({
    max: networkFactor * ticketsPerMinute,
    timeWindow: 60_000,
    keyGenerator: (request) => `qrlogin network ${networkKeyOf(request)}`,
  });
  const createTicket = perMinute("create", ticketsPerMinute, "requester_address");
  async function onCreate(this: FastifyInstance, request: FastifyRequest, reply: FastifyReply) {
    await createTicket.onRequest.call(this, request, reply);
    if (networkKeyOf(request) === undefined) return;
    const usage = await checkNetworkLimit(request);
    if (!usage.isAllowed && usage.isExceeded) throw rateLimited("requester_network", usage);
  }
  return {
    createTicket: { ...createTicket, onRequest: onCreate },
    calls: perMinute("call", callsPerMinute, "calls_per_address"),
    /** For status calls. Turns off even the limits of the server, since a waiting page must not be rejected. */
    unlimited: { config: { rateLimit: false } },
  } as const;
}
