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
  { appClient, clock }: GatewayContext,
): Promise<void> {
  let cached: { readonly jwks: Promise<string>; readonly until: number } | undefined;

  instance.get("/.well-known/jwks.json", async (_request, reply) => {
    const now = clock.now();
    if (cached === undefined || cached.until <= now) {
      const jwks = appClient.getSigningKeys().then((response) => response.jwks);
      const fetched = { jwks, until: now + maxAgeSeconds * 1_000 };
      cached = fetched;
      // A failure is not cached.
      jwks.catch(() => {
        if (cached === fetched) cached = undefined;
      });
    }
    const text = await cached.jwks;
    return reply
      .header("cache-control", `public, max-age=${maxAgeSeconds}`)
      .type("application/jwk-set+json")
      .send(text);
  });
}
