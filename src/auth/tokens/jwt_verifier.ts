import { errors, type JWTVerifyOptions } from "jose";
import type { Clock } from "../../base/clock.js";
import type { UserPoolConfig, UserTokensConfig } from "../../config/config.js";
import { type KeySet, KeysUnavailableError } from "../keys/key_set.js";
import { issuerUnavailable, userTokenExpired, userUnauthenticated } from "../user_errors.js";
import { requireSignInToken } from "./token_purpose.js";
import type { TokenVerifier } from "./token_verifier.js";
import { verifyJwt } from "./verify_jwt.js";

/**
 * Creates a verifier of JWTs by the keys of the pool (RFC 7519). The claims `exp`, `sub`, `iss` and `aud` are
 * required. A verification ends with the token, at the configured age, or when the keys have changed.
 */
export function createJwtVerifier(
  pool: UserPoolConfig,
  keys: KeySet,
  { clockTolerance, cacheMaxAge }: UserTokensConfig,
  clock: Clock,
): TokenVerifier {
  const createVerifyOptions = (): JWTVerifyOptions => ({
    algorithms: [...pool.algorithms],
    clockTolerance: clockTolerance / 1000,
    currentDate: new Date(clock.wallNow()),
  });

  return {
    async verify(token) {
      try {
        const { header, claims, generation } = await verifyJwt(token, keys, () => ({
          ...createVerifyOptions(),
          issuer: pool.issuer,
          audience: [...pool.audience],
          requiredClaims: ["exp", "sub", "iss", "aud"],
        }));
        requireSignInToken(header, claims);
        const expiresAt = Number(claims.exp) * 1000;
        const staleAt = clock.now() + cacheMaxAge;
        const isCurrent = () => keys.generation() === generation;
        return { claims, validity: generation === undefined ? undefined : { expiresAt, staleAt, isCurrent } };
      } catch (error) {
        if (error instanceof KeysUnavailableError) throw issuerUnavailable(pool.id, error.cause);
        throw toTicketError(error);
      }
    },

    // The response may omit issuer and audience (OpenID Connect Core, section 5.3.2).
    async verifyUserInfo(jwt, clientId) {
      try {
        const { claims } = await verifyJwt(jwt, keys, createVerifyOptions);
        const { iss = pool.issuer, aud = [...pool.audience] } = claims;
        const audience: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
        // The response is addressed to the client that the token was issued to.
        const isForClient = [...pool.audience, clientId].some((name) => audience.includes(name));
        if (iss !== pool.issuer || !isForClient)
          throw new Error("The signed UserInfo response is not addressed to the token's client.");
        return claims;
      } catch (error) {
        // Errors of jose may contain the claims.
        throw error instanceof errors.JOSEError
          ? new Error(`The signed UserInfo response cannot be verified: ${error.code}.`)
          : error;
      }
    },
  };
}

/** Returns the error to throw in place of an error of jose, which may contain the claims of the token. */
function toTicketError(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return userTokenExpired();
  if (error instanceof errors.JWTClaimValidationFailed)
    return userUnauthenticated(`${error.code} ${error.claim}`);
  return error instanceof errors.JOSEError ? userUnauthenticated(error.code) : error;
}
