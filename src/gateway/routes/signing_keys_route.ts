import type { FastifyInstance } from "fastify";
import type { GatewayContext } from "../context.js";

/**
 * Time that the keys are cached here and by clients, in seconds. The service publishes a key long before it
 * signs with it.
 */
const maxAgeSeconds = 300;

/** Adds the route that publishes the service's public signing keys, as a JSON Web Key Set (RFC 7517). */
export async function signingKeysRoute(
  instance: FastifyInstance,
  { signingKeyCache }: Pick<GatewayContext, "signingKeyCache">,
): Promise<void> {
  instance.get("/.well-known/jwks.json", async (_request, reply) => {
    const { jwks } = await signingKeyCache.get(maxAgeSeconds * 1_000);
    return reply
      .header("cache-control", `public, max-age=${maxAgeSeconds}`)
      .type("application/jwk-set+json")
      .send(jwks);
  });
}
