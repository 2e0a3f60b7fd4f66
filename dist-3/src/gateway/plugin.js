import cookie from "@fastify/cookie";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import { systemClock } from "../domain/clock.js";
import { allowListedOrigins } from "./cors.js";
import { sendProblem } from "./errors.js";
import { hostedRoutes } from "./hosted/routes.js";
import { onlyJson } from "./json_bodies.js";
import { ownRoutes } from "./own_api.js";
import { createParts } from "./parts.js";
import { createRateLimits } from "./rate_limits.js";
import { rateStore } from "./rate_store.js";
import { logRequests, logSerializers } from "./request_log.js";
import { keyRoutes } from "./signing_keys.js";
/** Largest body, in bytes: twice the largest that means something. Reading one of this size takes no time to speak of. */
const bodyLimit = 8_192;
/** So many addresses are counted at a time. Whoever has more networks than this is not held by counting. */
const maxCounted = 100_000;
/**
 * The gateway as a fastify plugin, for a web backend that exists:
 *
 * ```ts
 * await server.register(qrLoginGateway, { service: { address: "127.0.0.1:50051" }, apps, handleKeys, onSignIn });
 * ```
 *
 * Adds `/qrlogin/v1/…`, the hosted product's `/api/v2/qrcode/…` and `/api/v3/…`, and `/.well-known/jwks.json`, under
 * the `prefix` of the registration if there is one. Whose forwarded addresses are believed is the server's `trustProxy` to say.
 *
 * @throws TypeError, RangeError when an option makes no sense.
 */
export const qrLoginGateway = (host, options) => registerGateway(host, options, systemClock);
/** {@link qrLoginGateway} with time to be held by tests. Not for users. */
export async function registerGateway(host, options, clock) {
    const parts = createParts(options, clock);
    // In a context of its own: the server's own lines must not show the addresses of these routes.
    const { hostedApi = true } = options;
    const gateway = (instance) => routes(instance, parts, hostedApi);
    await host.register(gateway, { logSerializers });
}
async function routes(instance, parts, hostedApi) {
    // Before the server waits for its connections: a stream of events would hold it.
    instance.addHook("preClose", async () => parts.stop());
    instance.addHook("onClose", () => parts.close());
    logRequests(instance, parts.clock);
    onlyJson(instance);
    instance.setErrorHandler(sendProblem);
    instance.addHook("onRoute", (route) => {
        route.bodyLimit ??= bodyLimit;
    });
    instance.addHook("onRequest", async (_request, reply) => {
        reply.header("cache-control", "no-store");
    });
    await registerLibraries(instance, parts);
    allowListedOrigins(instance, parts.apps);
    const limits = createRateLimits(instance, parts.limits);
    const own = (child) => ownRoutes(child, parts, limits);
    const hosted = (child) => hostedRoutes(child, parts, limits);
    await instance.register(own, { prefix: "/qrlogin/v1" });
    if (hostedApi)
        await instance.register(hosted);
    await keyRoutes(instance, parts);
}
/** Each one unless the server has it already, whose settings then hold here too. */
async function registerLibraries(instance, parts) {
    if (!instance.hasRequestDecorator("cookies"))
        await instance.register(cookie);
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
        await instance.register(rateLimit, { global: false, store: rateStore(parts.clock, maxCounted) });
}
