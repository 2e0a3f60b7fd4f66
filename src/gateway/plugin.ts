import cookie from "@fastify/cookie";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyPluginAsync } from "fastify";
import { type Clock, systemClock } from "../base/clock.js";
import { registerCors } from "./access/cors.js";
import { rateLimitStore } from "./access/rate_limit_store.js";
import { createRateLimits } from "./access/rate_limits.js";
import { authingRoutes } from "./authing/routes.js";
import { createGatewayContext, type GatewayContext } from "./context.js";
import { sendProblem } from "./http/error_handler.js";
import { acceptOnlyJson } from "./http/json_body_parser.js";
import { logRequests, logSerializers } from "./http/request_log.js";
import type { GatewayOptions } from "./options.js";
import { apiRoutes } from "./routes/api_routes.js";
import { signingKeysRoute } from "./routes/signing_keys_route.js";

/** Largest body, in bytes: twice the largest that means something. Reading one of this size takes no time to speak of. */
const bodyLimit = 8_192;

/** So many addresses are counted at a time. Whoever has more networks than this is not held by counting. */
const maxCountedAddresses = 100_000;

/**
 * The gateway as a fastify plugin, for a web backend that exists:
 *
 * ```ts
 * await server.register(qrLoginGateway, { service: { address: "127.0.0.1:50051" }, apps, handleKeys, onSignIn });
 * ```
 *
 * Adds `/qrlogin/v1/…`, Authing's `/api/v2/qrcode/…` and `/api/v3/…`, and `/.well-known/jwks.json`, under
 * the `prefix` of the registration if there is one. Whose forwarded addresses are believed is the server's `trustProxy` to say.
 *
 * @throws TypeError, RangeError when an option makes no sense.
 */
export const qrLoginGateway: FastifyPluginAsync<GatewayOptions> = (host, options) =>
  registerGateway(host, options, systemClock);

/** {@link qrLoginGateway} with time to be held by tests. Not for users. */
export async function registerGateway(
  host: FastifyInstance,
  options: GatewayOptions,
  clock: Clock,
): Promise<void> {
  const context = createGatewayContext(options, clock);
  // In a context of its own: the server's own lines must not show the addresses of these routes.
  const { authingApi = true } = options;
  const gateway: FastifyPluginAsync = (instance) => routes(instance, context, authingApi);
  await host.register(gateway, { logSerializers });
}

async function routes(
  instance: FastifyInstance,
  context: GatewayContext,
  authingApi: boolean,
): Promise<void> {
  // Before the server waits for its connections: a stream of events would hold it.
  instance.addHook("preClose", async () => context.stop());
  instance.addHook("onClose", () => context.close());
  logRequests(instance, context.clock);
  acceptOnlyJson(instance);
  instance.setErrorHandler(sendProblem);
  instance.addHook("onRoute", (route) => {
    route.bodyLimit ??= bodyLimit;
  });
  instance.addHook("onRequest", async (_request, reply) => {
    reply.header("cache-control", "no-store");
  });
  await registerLibraries(instance, context);
  registerCors(instance, context.apps);
  const rateLimits = createRateLimits(instance, context.limits);
  const api: FastifyPluginAsync = (child) => apiRoutes(child, context, rateLimits);
  const authing: FastifyPluginAsync = (child) => authingRoutes(child, context, rateLimits);
  await instance.register(api, { prefix: "/qrlogin/v1" });
  if (authingApi) await instance.register(authing);
  await signingKeysRoute(instance, context);
}

/** Each one unless the server has it already, whose settings then hold here too. */
async function registerLibraries(instance: FastifyInstance, context: GatewayContext): Promise<void> {
  if (!instance.hasRequestDecorator("cookies")) await instance.register(cookie);
  if (!instance.hasReplyDecorator("helmet")) {
    await instance.register(helmet, {
      // Other hosts below this one are not ours to speak for.
      strictTransportSecurity: { includeSubDomains: false },
      // No answer of the API is a page.
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { "default-src": ["'none'"], "frame-ancestors": ["'none'"] },
      },
    });
  }
  if (!instance.hasDecorator("rateLimit"))
    await instance.register(rateLimit, {
      global: false,
      store: rateLimitStore(context.clock, maxCountedAddresses),
    });
}
