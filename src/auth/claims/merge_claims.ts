import type { UserPoolConfig } from "../../config/config.js";
import type { Json } from "../../domain/user.js";
import { type Claims, claimOf, isTrue, protocolClaims } from "./claims.js";

/** A claim that says of another whether the issuer has verified it, by its name: `email_verified`, `emailVerified`. */
const verifiedFlag = /^(.+?)(?:_verified|Verified)$/;

/**
 * Returns the claim that a flag speaks of; undefined where the claim of that name is no flag. What the pool names for its profile
 * goes before what names look like.
 */
function claimOfFlag(pool: UserPoolConfig, name: string): string | undefined {
  const { email, emailVerified, phone, phoneVerified } = pool.claims;
  if (name === emailVerified) return email;
  if (name === phoneVerified) return phone;
  return verifiedFlag.exec(name)?.[1];
}

/** Names of the claims that a profile of the pool is made of. */
function profileClaimNames(pool: UserPoolConfig): ReadonlySet<string> {
  return new Set([...Object.values<string>({ ...pool.claims }), ...pool.additionalClaims]);
}

/** Picks the claims that a profile of the pool can be made of, and what their flags speak of: what is worth keeping of a token. */
export function pickClaims(pool: UserPoolConfig, claims: Claims): Claims {
  const names = [...profileClaimNames(pool)].flatMap((name) => [name, claimOfFlag(pool, name) ?? name]);
  return collectClaims(new Set(names), (name) => claimOf(claims, name));
}

/**
 * Returns the claims of a profile out of the token and of the UserInfo endpoint's answer, which is newer and goes first.
 *
 * - An address and its flag come from one source. Where UserInfo tells the address, the flag is UserInfo's or absent. Where it
 *   tells the flag alone, that can withdraw what the token says of the token's address and cannot verify it.
 * - The user id is the token's, for which the scan was accepted; so is what describes the token itself.
 */
export function mergeClaims(pool: UserPoolConfig, token: Claims, userInfo: Claims): Claims {
  const isOfToken = (name: string): boolean =>
    name === pool.claims.userId || protocolClaims.has(name) || !Object.hasOwn(userInfo, name);
  return collectClaims(profileClaimNames(pool), (name) => {
    const inToken = claimOf(token, name);
    const inUserInfo = claimOf(userInfo, name);
    const address = claimOfFlag(pool, name);
    if (address === undefined) return isOfToken(name) ? inToken : inUserInfo;
    if (!isOfToken(address)) return inUserInfo;
    const isWithdrawn = inUserInfo !== undefined && !isTrue(inUserInfo);
    return Object.hasOwn(token, address) && !isWithdrawn ? inToken : inUserInfo;
  });
}

function collectClaims(names: ReadonlySet<string>, claimNamed: (name: string) => Json | undefined): Claims {
  // fromEntries makes own properties even of a claim called __proto__.
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const value = claimNamed(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
