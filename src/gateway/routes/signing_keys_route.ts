import type { FastifyInstance } from "fastify";
import type { GatewayContext } from "../context.js";
import { signingKeysMaxAgeMs } from "../tickets/signing_key_cache.js";

/** Adds a route that publishes the service's public signing keys, as a JSON Web Key Set (RFC 7517). */
export async function signingKeysRoute(
  instance: FastifyInstance,
  { signingKeyCache }: Pick<GatewayContext, "signingKeyCache">,
  path = "/.well-known/jwks.json",
): Promise<void> {
  instance.get(path, async (_request, reply) => {
    const { jwks } = await signingKeyCache.get(signingKeysMaxAgeMs);
    return reply
      .header("cache-control", `public, max-age=${signingKeysMaxAgeMs / 1_000}`)
      .type("application/jwk-set+json")
      .send(jwks);
  });
}
