import type { FastifyInstance, RouteShorthandOptions } from "fastify";
import type { AppRegistry } from "../access/app_registry.js";
import { checkAppOrigin, checkOrigin } from "../access/origin_check.js";
import { singleValue } from "../http/validation.js";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Lets pages of every origin read the response, without credentials. */
    anyOrigin?: boolean;
  }
}

/**
 * Adds `GET origin`, which reports whether pages of the calling origin may call the gateway for the app, or for any
 * app if the request names none: 204 or an error. A browser hides from a page why a call to another origin failed;
 * this response alone is readable from every origin. The request is simple and has no credentials: it causes no
 * preflight, reads and sets no cookie, and creates no ticket.
 */
export function originRoute(
  instance: FastifyInstance,
  apps: AppRegistry,
  limit: RouteShorthandOptions,
): void {
  const options = { ...limit, config: { ...limit.config, anyOrigin: true } };
  instance.get("/origin", options, async (request, reply) => {
    const { appId } = request.query as Readonly<Record<string, unknown>>;
    const id = singleValue(appId);
    // A page that only watches a ticket names no app: its handle belongs to one.
    if (id === undefined) checkOrigin(request, apps);
    else checkAppOrigin(request, apps.resolve(id));
    return reply.code(204).send();
  });
}
