import type { FastifyInstance } from "fastify";
import { routeNotFound } from "../../http/http_error.js";
import { requireOwnOrigin } from "../../http/request_origin.js";
import { type SigningKeyCache, signingKeysMaxAgeMs } from "../../tickets/signing_key_cache.js";
import { sendOauthError } from "./oauth_errors.js";

/** Path of the document below an issuer (OpenID Connect Discovery 1.0, section 4). */
export const discoveryPath = "/.well-known/openid-configuration";

/**
 * Adds a route that describes the service as an issuer (OpenID Connect Discovery 1.0; RFC 8414), as far as it is
 * one: it signs tokens, but no browser can be sent to it. So there is no authorization endpoint, and no grant type.
 *
 * Not found while the service signs no tokens. The URLs have the origin of the request, and the given prefix.
 */
export function discoveryRoute(
  instance: FastifyInstance,
  signingKeyCache: SigningKeyCache,
  prefix: string,
): void {
  const options = { config: { rateLimit: false }, errorHandler: sendOauthError } as const;
  instance.get(discoveryPath, options, async (request) => {
    if (!(await signingKeyCache.areConfigured())) throw routeNotFound();
    const { issuer, jwks } = await signingKeyCache.get(signingKeysMaxAgeMs);
    const base = `${requireOwnOrigin(request)}${prefix}`;
    const { keys }: { readonly keys: readonly { readonly alg: string }[] } = JSON.parse(jwks);
    return {
      issuer,
      jwks_uri: `${base}/.well-known/jwks.json`,
      userinfo_endpoint: `${base}/oidc/me`,
      introspection_endpoint: `${base}/oidc/token/introspection`,
      introspection_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
      id_token_signing_alg_values_supported: [...new Set(keys.map(({ alg }) => alg))],
      subject_types_supported: ["public"],
      response_types_supported: [],
      grant_types_supported: [],
    };
  });
}
