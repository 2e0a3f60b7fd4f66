import type { FastifyInstance, FastifyRequest } from "fastify";
import * as z from "zod";
import type { RegisteredApp } from "../../access/app_registry.js";
import { checkAppOrigin } from "../../access/origin_check.js";
import { annotateLog } from "../../http/request_log.js";
import { requireOwnOrigin } from "../../http/request_origin.js";
import { validate } from "../../http/validation.js";
import type { AuthingContext } from "../context.js";
import { createErrorHandler, version2Envelope } from "../envelope.js";
import { guardIcons } from "./icons.js";
import { guardPageConfig, toPublicConfig } from "./public_config.js";

/** Time that browsers can cache the icons, in seconds. */
const iconsMaxAge = 3_600;

const appIdParameter = z.object({ appId: z.string() });

/**
 * Adds the calls that Authing's Guard for the web makes before it shows a code: two with the configuration of the app,
 * and one for its icons.
 */
export async function guardRoutes(
  instance: FastifyInstance,
  { apps, rateLimits }: AuthingContext,
): Promise<void> {
  const { prefix } = instance;
  const { success } = version2Envelope;
  instance.setErrorHandler(createErrorHandler(version2Envelope));

  function appOf(request: FastifyRequest): RegisteredApp {
    const app = apps.resolve(validate(appIdParameter, request.params).appId);
    checkAppOrigin(request, app);
    annotateLog(request, { app: app.id });
    return app;
  }

  instance.get("/api/v2/applications/:appId/public-config", rateLimits.calls, async (request) => {
    const app = appOf(request);
    const location = { origin: requireOwnOrigin(request), prefix };
    return success(request, "the configuration of the app", toPublicConfig(app, location));
  });

  instance.get(
    "/api/v2/applications/:appId/components-public-config/guard",
    rateLimits.calls,
    async (request) => {
      appOf(request);
      return success(request, "the configuration of Guard", guardPageConfig);
    },
  );

  instance.get("/svg-string/guard", { config: { rateLimit: false, anyOrigin: true } }, async (_, reply) =>
    reply.header("cache-control", `public, max-age=${iconsMaxAge}`).type("image/svg+xml").send(guardIcons),
  );
}
