import cookie from "@fastify/cookie";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyPluginAsync } from "fastify";
import { type Clock, systemClock } from "../base/clock.js";
import { requestIdHeader } from "../base/request_id.js";
import { checkGatewayOptions } from "../config/gateway_options.js";
import { phoneRpcMethods } from "../domain/rpc_methods.js";
import { registerCors } from "./access/cors.js";
import { rateLimitStore } from "./access/rate_limit_store.js";
import { createRateLimits } from "./access/rate_limits.js";
import { authingRoutes, standaloneAuthingRoutes } from "./authing/routes.js";
import { connectRoutes } from "./connect/routes.js";
import { createGatewayContext, type GatewayContext } from "./context.js";
import { sendProblem } from "./http/error_handler.js";
import { acceptOnlyJson } from "./http/json_body_parser.js";
import { acceptParsedBodies } from "./http/parsed_body.js";
import { requestIdOf } from "./http/request_id.js";
import { logRequests, logSerializers } from "./http/request_log.js";
import { observeRequests } from "./http/request_observer.js";
import type { GatewayOptions } from "./options.js";
import { apiRoutes } from "./routes/api_routes.js";
import { signingKeysRoute } from "./routes/signing_keys_route.js";

/** Largest body, in bytes: twice the largest valid one. Parsing a body of this size takes negligible time. */
const bodyLimit = 8_192;

/**
 * Number of addresses (IPv6: /64 networks) that are counted at a time. A rate limit does not stop a caller who
 * has more.
 */
const maxCountedAddresses = 100_000;

/** A fastify server. The type is this narrow because that of one release of fastify does not fit another release. */
interface FastifyHost {
  readonly version: string;
}

/**
 * Registers the gateway as a fastify plugin, in an existing web backend:
 *
 * ```ts
 * await server.register(qrLoginGateway, { service: { address: "127.0.0.1:50051" }, apps, handleKeys, onSignIn });
 * ```
 *
 * Adds the routes `/qrlogin/v1/…`, `/qrlogin.v1.QrLoginService/…` and `/.well-known/jwks.json`, and those of the
 * Authing API, which `docs/authing-api.md` lists, under the `prefix` of the registration if it has one. The server's
 * `trustProxy` decides whose forwarded addresses are trusted.
 *
 * @throws TypeError with all problems if options are invalid, or if the server is not fastify 5.
 */
export const qrLoginGateway = async (server: FastifyHost, options: GatewayOptions): Promise<void> => {
  if (!server.version.startsWith("5.")) {
    throw new TypeError(
      `the plugin of qrlogin/gateway needs fastify 5, but this server is fastify ${server.version}: upgrade it, or run ` +
        "the gateway with createNodeHandler of qrlogin/node",
    );
  }
  checkGatewayOptions("plugin", options);
  await registerGateway(server as FastifyInstance, options, systemClock);
};

/**
 * Registers the gateway with options that have been checked, and resolves with its context. `isStandalone` adds the
 * routes of a gateway that has the server to itself.
 */
export async function registerGateway(
  server: FastifyInstance,
  options: GatewayOptions,
  clock: Clock,
  isStandalone = false,
): Promise<GatewayContext> {
  const context = createGatewayContext(options, clock);
  // Registered in a separate fastify context with its own serializers, which keep the URLs of these routes out
  // of the log.
  const gateway: FastifyPluginAsync = (instance) => registerRoutes(instance, context, options, isStandalone);
  // Fastify's type knows serializers that return a text only. They are pino's, which may return anything.
  await server.register(gateway, { logSerializers: logSerializers as never });
  return context;
}

async function registerRoutes(
  instance: FastifyInstance,
  context: GatewayContext,
  { authingApi = true, rpcMethods = phoneRpcMethods, observer }: GatewayOptions,
  isStandalone: boolean,
): Promise<void> {
  // Event streams end before the server waits for its connections to close, or it would wait for them too.
  instance.addHook("preClose", async () => context.stop());
  instance.addHook("onClose", () => context.close());
  logRequests(instance, context.clock);
  // A server of its own reports its other requests too.
  if (observer && !isStandalone) observeRequests(instance, context.observer);
  acceptParsedBodies(instance);
  acceptOnlyJson(instance);
  instance.setErrorHandler(sendProblem);
  instance.addHook("onRoute", (route) => {
    route.bodyLimit ??= bodyLimit;
  });
  instance.addHook("onRequest", async (request, reply) => {
    reply.headers({ "cache-control": "no-store", [requestIdHeader]: requestIdOf(request) });
  });
  await registerLibraries(instance, context);
  registerCors(instance, context.apps);
  const rateLimits = createRateLimits(instance, context.limits, context.observer);
  const api: FastifyPluginAsync = (child) => apiRoutes(child, context, rateLimits);
  const authing: FastifyPluginAsync = (child) => authingRoutes(child, context, rateLimits);
  await instance.register(api, { prefix: "/qrlogin/v1" });
  if (authingApi) {
    await instance.register(authing);
    await signingKeysRoute(instance, context, "/oidc/.well-known/jwks.json");
    if (isStandalone) await standaloneAuthingRoutes(instance, context);
  }
  const connect: FastifyPluginAsync = (child) => connectRoutes(child, context, rateLimits, rpcMethods);
  if (rpcMethods.length > 0) await instance.register(connect);
  await signingKeysRoute(instance, context);
}

/** Registers each library unless the server has it already. The server's settings then apply to the gateway too. */
async function registerLibraries(instance: FastifyInstance, context: GatewayContext): Promise<void> {
  if (!instance.hasRequestDecorator("cookies")) await instance.register(cookie);
  if (!instance.hasReplyDecorator("helmet")) {
    await instance.register(helmet, {
      // The gateway must not decide for the subdomains of its host.
      strictTransportSecurity: { includeSubDomains: false },
      // No response of the API is a page.
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
