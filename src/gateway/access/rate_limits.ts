import type { errorResponseBuilderContext } from "@fastify/rate-limit";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { addressKeyOf, networkKeyOf } from "../http/client_address.js";
import { HttpError } from "../http/http_error.js";

/** How often one address may call. */
export interface RateLimitOptions {
  /** Tickets that one address (IPv6: one /64) may create in a minute, and an IPv6 /48 four times as many. 600 by default. */
  readonly ticketsPerMinute: number;
  /** Other calls of one address in a minute; status calls are not counted. 6,000 by default. */
  readonly callsPerMinute: number;
}

/** Route options that bound how often one address calls. Each is one count for all routes that have it. */
export type RateLimits = ReturnType<typeof createRateLimits>;

/** A network creates as many tickets as so many addresses. */
const networkFactor = 4;

export function createRateLimits(
  instance: FastifyInstance,
  { ticketsPerMinute, callsPerMinute }: RateLimitOptions,
) {
  const perMinute = (name: string, max: number) => {
    // By hand: what routes are configured with is counted for each route alone.
    const count = instance.rateLimit({
      max,
      timeWindow: 60_000,
      // With a name of its own: a server's shared store would count all of them together.
      keyGenerator: (request) => `qrlogin ${name} ${addressKeyOf(request)}`,
      errorResponseBuilder: rateLimited,
    });
    async function onRequest(this: FastifyInstance, request: FastifyRequest, reply: FastifyReply) {
      await count.call(this, request, reply);
    }
    return { config: { rateLimit: false }, onRequest } as const;
  };
  const limitNetwork = instance.createRateLimit({
    max: networkFactor * ticketsPerMinute,
    timeWindow: 60_000,
    keyGenerator: (request) => `qrlogin network ${networkKeyOf(request)}`,
  });
  const createTicket = perMinute("create", ticketsPerMinute);
  async function onCreate(this: FastifyInstance, request: FastifyRequest, reply: FastifyReply) {
    await createTicket.onRequest.call(this, request, reply);
    if (networkKeyOf(request) === undefined) return;
    const count = await limitNetwork(request);
    if (!count.isAllowed && count.isExceeded) throw rateLimited(request, count);
  }
  return {
    createTicket: { ...createTicket, onRequest: onCreate },
    other: perMinute("call", callsPerMinute),
    /** Status calls: whoever waits must not be refused, by no limit of the server either. */
    unlimited: { config: { rateLimit: false } },
  } as const;
}

function rateLimited(_request: FastifyRequest, { ttl }: Pick<errorResponseBuilderContext, "ttl">): HttpError {
  const text = "calls from this address come too fast";
  return new HttpError(429, "RATE_LIMITED", text, { retryAfterMs: ttl });
}
