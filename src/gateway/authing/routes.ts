import type { FastifyInstance, FastifyPluginAsync } from "fastify";
import type { RateLimits } from "../access/rate_limits.js";
import type { GatewayContext } from "../context.js";
import { createAuthingContext } from "./context.js";
import { currentUserRoutes } from "./guard/current_user_routes.js";
import { guardRoutes } from "./guard/routes.js";
import { discoveryRoute } from "./oidc/discovery.js";
import { oidcRoutes } from "./oidc/oidc_routes.js";
import { tokenCheckRoute } from "./oidc/token_check_route.js";
import { version2Routes } from "./version2.js";
import { unknownVersion3Routes, version3Routes } from "./version3.js";

/** Adds versions 2 and 3 of the Authing-compatible API. `docs/authing-api.md` describes it. */
export async function authingRoutes(
  instance: FastifyInstance,
  context: GatewayContext,
  rateLimits: RateLimits,
): Promise<void> {
  const authing = createAuthingContext(context, rateLimits);
  const version2: FastifyPluginAsync = (child) => version2Routes(child, authing);
  const version3: FastifyPluginAsync = (child) => version3Routes(child, authing);
  const tokenCheck: FastifyPluginAsync = (child) => tokenCheckRoute(child, authing);
  const oidc: FastifyPluginAsync = async (child) => {
    await oidcRoutes(child, authing);
    discoveryRoute(child, context.signingKeyCache, instance.prefix);
  };
  const guard: FastifyPluginAsync = (child) => guardRoutes(child, authing);
  const currentUser: FastifyPluginAsync = (child) => currentUserRoutes(child, authing);
  await instance.register(version2, { prefix: "/api/v2/qrcode" });
  await instance.register(tokenCheck, { prefix: "/api/v2/oidc" });
  await instance.register(version3, { prefix: "/api/v3" });
  await instance.register(oidc, { prefix: "/oidc" });
  await instance.register(guard);
  await instance.register(currentUser);
}

/**
 * Adds the routes of a gateway that has its server to itself: the description of the issuer at the root, and an
 * error in the envelope for every other path of version 3. In the server of a site, these paths may be the site's.
 */
export async function standaloneAuthingRoutes(
  instance: FastifyInstance,
  { signingKeyCache }: Pick<GatewayContext, "signingKeyCache">,
): Promise<void> {
  discoveryRoute(instance, signingKeyCache, instance.prefix);
  const unknownPaths: FastifyPluginAsync = (child) => unknownVersion3Routes(child);
  await instance.register(unknownPaths, { prefix: "/api/v3" });
}
