import type { UserPoolConfig } from "../../config/config.js";
import type { Json } from "../../domain/user.js";
import { type Claims, claimOf, isTrue, protocolClaims } from "./claims.js";

/** Pattern of a flag, a claim that states whether another is verified: `email_verified`, `emailVerified`. */
const verifiedFlag = /^(.+?)(?:_verified|Verified)$/;

/**
 * Returns the claim that a flag refers to, or undefined if the claim is no flag. The claim names configured
 * for the pool take precedence over the naming pattern.
 */
function claimOfFlag(pool: UserPoolConfig, name: string): string | undefined {
  const { email, emailVerified, phone, phoneVerified } = pool.claims;
  if (name === emailVerified) return email;
  if (name === phoneVerified) return phone;
  return verifiedFlag.exec(name)?.[1];
}

/** Returns the names of the claims that make up a profile of the pool. */
function profileClaimNames(pool: UserPoolConfig): ReadonlySet<string> {
  return new Set([...Object.values<string>({ ...pool.claims }), ...pool.additionalClaims]);
}

/**
 * Returns the claims of a token that a profile of the pool can need: its own claims, and the claims that its
 * flags refer to.
 */
export function pickClaims(pool: UserPoolConfig, claims: Claims): Claims {
  const names = [...profileClaimNames(pool)].flatMap((name) => [name, claimOfFlag(pool, name) ?? name]);
  return collectClaims(new Set(names), (name) => claimOf(claims, name));
}

/**
 * Merges the claims of the token with those of the UserInfo response, which is newer and takes precedence.
 *
 * - An address and its flag come from the same source. If UserInfo has the address, its flag comes from
 * UserInfo or is absent. If UserInfo has the flag alone, the flag can withdraw the verification of the
 * token's address, but cannot add one.
 * - The user id comes from the token, since the scan was accepted for that user. So do the claims that
 * describe the token itself.
 */
export function mergeClaims(pool: UserPoolConfig, token: Claims, userInfo: Claims): Claims {
  const isFromToken = (name: string): boolean =>
    name === pool.claims.userId || protocolClaims.has(name) || !Object.hasOwn(userInfo, name);
  return collectClaims(profileClaimNames(pool), (name) => {
    const inToken = claimOf(token, name);
    const inUserInfo = claimOf(userInfo, name);
    const address = claimOfFlag(pool, name);
    if (address === undefined) return isFromToken(name) ? inToken : inUserInfo;
    if (!isFromToken(address)) return inUserInfo;
    const isWithdrawn = inUserInfo !== undefined && !isTrue(inUserInfo);
    return Object.hasOwn(token, address) && !isWithdrawn ? inToken : inUserInfo;
  });
}

function collectClaims(names: ReadonlySet<string>, readClaim: (name: string) => Json | undefined): Claims {
  // fromEntries creates own properties even for a claim called __proto__.
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const value = readClaim(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
