import type { IntrospectionConfig, UserPoolConfig } from "../../config/config.js";
import { type Claims, claimOf } from "../claims/claims.js";
import { findPurposeFailure, purposeClaims } from "../tokens/token_purpose.js";

/** User pool that has an introspection endpoint. */
export type IntrospectionPool = UserPoolConfig & { readonly introspection: IntrospectionConfig };

/**
 * Returns why a token that its issuer calls active is not accepted in the pool, for the log; undefined if it is.
 *
 * The endpoint need not state the issuer, since it belongs to the pool's. It has to state that the token is for the
 * pool: by the audience, or by the client that the token was issued to.
 */
export function findRejection(pool: IntrospectionPool, claims: Claims): string | undefined {
  const { requiredScopes, requireTokenType } = pool.introspection;
  const issuer = claimOf(claims, "iss");
  if (issuer !== undefined && issuer !== pool.issuer)
    return "The token has another issuer than the user pool.";
  if (!isForPool(pool, claims))
    return "Neither aud nor client_id of the token is an audience of the user pool.";
  if (typeof claimOf(claims, "sub") !== "string") return "The token names no user (sub).";
  const isTyped = purposeClaims.some((name) => claimOf(claims, name) !== undefined);
  if (requireTokenType && !isTyped) return "The endpoint does not state the type of the token (token_type).";
  const scopes = scopesOf(claims);
  const missing = requiredScopes.find((scope) => !scopes.includes(scope));
  return missing === undefined ? findPurposeFailure({}, claims) : `The token lacks the scope ${missing}.`;
}

function isForPool({ audience }: UserPoolConfig, claims: Claims): boolean {
  const aud = claimOf(claims, "aud");
  const names: readonly unknown[] = [...(Array.isArray(aud) ? aud : [aud]), claimOf(claims, "client_id")];
  return audience.some((name) => names.includes(name));
}

function scopesOf(claims: Claims): readonly string[] {
  const scope = claimOf(claims, "scope");
  return typeof scope === "string" ? scope.split(" ") : [];
}
