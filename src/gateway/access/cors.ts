import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { requestIdHeader } from "../../base/request_id.js";
import { routeNotFound } from "../http/http_error.js";
import { isCrossOrigin } from "../http/request_origin.js";
import type { AppRegistry } from "./app_registry.js";
import { checkOrigin } from "./origin_check.js";

/** Time that browsers can cache the response to a preflight, in seconds. */
const maxAgeSeconds = 600;

/**
 * Enables CORS for all routes that are added afterwards. Pages of other origins can call them, with cookies, if
 * {@link checkOrigin} allows the origin. A route with `anyOrigin` can be read by every page, without
 * credentials.
 *
 * Does not use `@fastify/cors`: it would answer the preflights of all routes of the surrounding server, which
 * then could not register it for itself.
 */
export function registerCors(instance: FastifyInstance, apps: AppRegistry): void {
  const preflightUrls = new Set<string>();
  instance.addHook("onRoute", function ({ url, routePath }) {
    if (preflightUrls.has(url)) return;
    preflightUrls.add(url);
    this.options(routePath, { config: { rateLimit: false } }, async () => {
      throw routeNotFound();
    });
  });
  instance.addHook("onRequest", async (request, reply) => {
    addVary(reply, "Origin");
    if (request.routeOptions.config.anyOrigin) return void reply.header("access-control-allow-origin", "*");
    checkOrigin(request, apps);
    if (!isCrossOrigin(request)) return;
    reply
      .header("access-control-allow-origin", request.headers.origin)
      .header("access-control-allow-credentials", "true");
    if (isPreflight(request)) return answerPreflight(request, reply);
    reply.header("access-control-expose-headers", `retry-after, ${requestIdHeader}`);
  });
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === "OPTIONS" && headers["access-control-request-method"] !== undefined;
}

/**
 * Answers a preflight from an allowed origin. Allows every requested header, since the SDKs send custom
 * headers.
 */
function answerPreflight(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  addVary(reply, "Access-Control-Request-Headers");
  const requestedHeaders = request.headers["access-control-request-headers"];
  if (requestedHeaders !== undefined) reply.header("access-control-allow-headers", requestedHeaders);
  return reply
    .header("access-control-allow-methods", "GET, POST")
    .header("access-control-max-age", maxAgeSeconds)
    .code(204)
    .send();
}

/**
 * Adds a header to `Vary`, so that caches do not serve one page's response to another. Keeps the values that
 * the server has set.
 */
function addVary(reply: FastifyReply, header: string): void {
  const present = reply.getHeader("vary");
  const others = present === undefined ? [] : [present].flat().map(String);
  reply.header("vary", [...others, header].join(", "));
}
