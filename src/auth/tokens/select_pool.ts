import { decodeJwt, type JWTPayload } from "jose";
import type { UserPoolConfig } from "../../config/config.js";
import { userUnauthenticated } from "../user_errors.js";
import { explainUnmatchedToken } from "./explain_unmatched_token.js";

/**
 * Returns the only user pool that a token may belong to. A JWT belongs to the pool with its issuer and audience. Any
 * other token, and a JWT that no pool matches, belongs to the pool with an introspection endpoint, unless it states
 * another issuer: the token of another issuer's user must not be sent there.
 *
 * The token is not yet verified, so the result only selects who verifies it.
 *
 * @throws TicketError USER_UNAUTHENTICATED when there is no such pool.
 */
export function selectPool<Context extends { readonly pool: UserPoolConfig }>(
  token: string,
  poolContexts: readonly Context[],
): Context {
  const claims = readClaims(token);
  const [matching, ...others] = claims ? findMatching(claims, poolContexts) : [];
  if (others.length > 0) throw userUnauthenticated("The token's audience matches several user pools.");
  const selected = matching ?? poolContexts.find(({ pool }) => mayIntrospect(pool, claims));
  if (selected) return selected;
  throw userUnauthenticated(
    claims
      ? explainUnmatchedToken(
          claims,
          poolContexts.map(({ pool }) => pool),
        )
      : "The token is not a JWT, and no user pool has an introspection endpoint.",
  );
}

function findMatching<Context extends { readonly pool: UserPoolConfig }>(
  { iss, aud }: JWTPayload,
  poolContexts: readonly Context[],
): readonly Context[] {
  const audience: unknown[] = Array.isArray(aud) ? aud : [aud];
  return poolContexts.filter(
    ({ pool }) => pool.issuer === iss && pool.audience.some((name) => audience.includes(name)),
  );
}

function mayIntrospect({ introspection, issuer }: UserPoolConfig, claims: JWTPayload | undefined): boolean {
  return introspection !== undefined && (claims?.iss === undefined || claims.iss === issuer);
}

/** Returns the unverified claims of a JWT; undefined for any other token. */
function readClaims(token: string): JWTPayload | undefined {
  try {
    return decodeJwt(token);
  } catch {
    // The token is opaque, encrypted or malformed.
    return undefined;
  }
}
