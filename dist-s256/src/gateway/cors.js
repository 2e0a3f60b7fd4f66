import { admitOrigin, isEmbedded } from "./origins.js";
import { routeNotFound } from "./refusal.js";
/** How long browsers may remember what a preflight said, in seconds. */
const maxAgeSeconds = 600;
/**
 * Lets pages of listed origins call the routes that are added from now on, with cookies, and no others: see {@link admitOrigin}.
 * A route with `anyOrigin` is read by all pages, without credentials.
 *
 * By hand, since `@fastify/cors` would answer the preflights of every route of the server that the gateway is registered
 * into, and that server could not have it any more.
 */
export function allowListedOrigins(instance, apps) {
    const known = new Set();
    instance.addHook("onRoute", function ({ url, routePath }) {
        if (known.has(url))
            return;
        known.add(url);
        this.options(routePath, { config: { rateLimit: false } }, async () => {
            throw routeNotFound();
        });
    });
    instance.addHook("onRequest", async (request, reply) => {
        vary(reply, "Origin");
        if (request.routeOptions.config.anyOrigin)
            return void reply.header("access-control-allow-origin", "*");
        admitOrigin(request, apps);
        if (!isEmbedded(request))
            return;
        reply
            .header("access-control-allow-origin", request.headers.origin)
            .header("access-control-allow-credentials", "true");
        if (isPreflight(request))
            return answerPreflight(request, reply);
        reply.header("access-control-expose-headers", "retry-after");
    });
}
function isPreflight({ method, headers }) {
    return method === "OPTIONS" && headers["access-control-request-method"] !== undefined;
}
/** SDKs send headers of their own, so any may be sent: what a header may do, its route says. */
function answerPreflight(request, reply) {
    vary(reply, "Access-Control-Request-Headers");
    const asked = request.headers["access-control-request-headers"];
    if (asked !== undefined)
        reply.header("access-control-allow-headers", asked);
    return reply
        .header("access-control-allow-methods", "GET, POST")
        .header("access-control-max-age", maxAgeSeconds)
        .code(204)
        .send();
}
/** Caches must not give one page's answer to another. The server may have said so of other headers already. */
function vary(reply, header) {
    const said = reply.getHeader("vary");
    const others = said === undefined ? [] : [said].flat().map(String);
    reply.header("vary", [...others, header].join(", "));
}
