import type { FastifyInstance } from "fastify";
import type { GatewayContext } from "../context.js";

/** How old the published keys may be: keys are told long before they sign. */
const maxAgeSeconds = 300;

/** Publishes the keys that verify the tokens of the service, as a JSON Web Key Set (RFC 7517). */
export async function signingKeysRoute(
  instance: FastifyInstance,
  { signingKeys }: Pick<GatewayContext, "signingKeys">,
): Promise<void> {
  instance.get("/.well-known/jwks.json", async (_request, reply) => {
    const { jwks } = await signingKeys.get(maxAgeSeconds * 1_000);
    return reply
      .header("cache-control", `public, max-age=${maxAgeSeconds}`)
      .type("application/jwk-set+json")
      .send(jwks);
  });
}
