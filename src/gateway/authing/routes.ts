import type { FastifyInstance, FastifyPluginAsync } from "fastify";
import type { RateLimits } from "../access/rate_limits.js";
import type { GatewayContext } from "../context.js";
import { createAuthingContext } from "./context.js";
import { guardRoutes } from "./guard/routes.js";
import { version2Routes } from "./version2.js";
import { version3Routes } from "./version3.js";

/** Adds versions 2 and 3 of the Authing-compatible API. `docs/authing-api.md` describes it. */
export async function authingRoutes(
  instance: FastifyInstance,
  context: GatewayContext,
  rateLimits: RateLimits,
): Promise<void> {
  const authing = createAuthingContext(context, rateLimits);
  const version2: FastifyPluginAsync = (child) => version2Routes(child, authing);
  const version3: FastifyPluginAsync = (child) => version3Routes(child, authing);
  const guard: FastifyPluginAsync = (child) => guardRoutes(child, context.apps, rateLimits);
  await instance.register(version2, { prefix: "/api/v2/qrcode" });
  await instance.register(version3, { prefix: "/api/v3" });
  await instance.register(guard);
}
