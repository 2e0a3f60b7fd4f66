import type { errorResponseBuilderContext } from "@fastify/rate-limit";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { countedAddressOf, countedNetworkOf } from "./caller_address.js";
import type { GatewayLimits } from "./options.js";
import { HttpRefusal } from "./refusal.js";

/** Route options that bound how often one address calls. Each is one count for all routes that have it. */
export type RateLimits = ReturnType<typeof createRateLimits>;

/** A network creates as many tickets as so many addresses. */
const networkFactor = 4;

export function createRateLimits(
  instance: FastifyInstance,
  { createsPerMinute, callsPerMinute }: GatewayLimits,
) {
  const perMinute = (name: string, max: number) => {
    // By hand: what routes are configured with is counted for each route alone.
    const count = instance.rateLimit({
      max,
      timeWindow: 60_000,
      // With a name of its own: a server's shared store would count all of them together.
      keyGenerator: (request) => `qrlogin ${name} ${countedAddressOf(request)}`,
      errorResponseBuilder: tooFast,
    });
    async function onRequest(this: FastifyInstance, request: FastifyRequest, reply: FastifyReply) {
      await count.call(this, request, reply);
    }
    return { config: { rateLimit: false }, onRequest } as const;
  };
  const ofNetwork = instance.createRateLimit({
    max: networkFactor * createsPerMinute,
    timeWindow: 60_000,
    keyGenerator: (request) => `qrlogin network ${countedNetworkOf(request)}`,
  });
  const create = perMinute("create", createsPerMinute);
  async function onCreate(this: FastifyInstance, request: FastifyRequest, reply: FastifyReply) {
    await create.onRequest.call(this, request, reply);
    if (countedNetworkOf(request) === undefined) return;
    const count = await ofNetwork(request);
    if (!count.isAllowed && count.isExceeded) throw tooFast(request, count);
  }
  return {
    create: { ...create, onRequest: onCreate },
    other: perMinute("call", callsPerMinute),
    /** Status calls: whoever waits must not be refused, by no limit of the server either. */
    never: { config: { rateLimit: false } },
  } as const;
}

function tooFast(_request: FastifyRequest, { ttl }: Pick<errorResponseBuilderContext, "ttl">): HttpRefusal {
  const text = "calls from this address come too fast";
  return new HttpRefusal(429, "RATE_LIMITED", text, { retryAfterMs: ttl });
}
