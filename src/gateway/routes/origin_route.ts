import type { FastifyInstance, RouteShorthandOptions } from "fastify";
import type { AppRegistry } from "../access/app_registry.js";
import { checkAppOrigin } from "../access/origin_check.js";
import { singleValue } from "../http/validation.js";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Answers pages of every origin, without credentials. */
    anyOrigin?: boolean;
  }
}

/**
 * Adds `GET origin`: whether pages of the origin that asks may call for the app, 204 or a refusal. A browser hides from a page
 * why its call to another origin failed; this answer alone it may read whatever its origin is. It is a simple request without
 * credentials: no preflight comes before it, it reads and sets no cookie, and it makes no ticket.
 */
export function originRoute(
  instance: FastifyInstance,
  apps: AppRegistry,
  limit: RouteShorthandOptions,
): void {
  const options = { ...limit, config: { ...limit.config, anyOrigin: true } };
  instance.get("/origin", options, async (request, reply) => {
    const { appId } = request.query as Readonly<Record<string, unknown>>;
    checkAppOrigin(request, apps.resolve(singleValue(appId)));
    return reply.code(204).send();
  });
}
