import type { UserPoolConfig } from "../config/config.js";
import { type Claims } from "./claims.js";
/** Picks the claims that a profile of the pool can be made of, and what their flags speak of: what is worth keeping of a token. */
export declare function pickedClaims(pool: UserPoolConfig, claims: Claims): Claims;
/**
 * Returns the claims of a profile out of the token and of the UserInfo endpoint's answer, which is newer and goes first.
 *
 * - An address and its flag come from one source. Where UserInfo tells the address, the flag is UserInfo's or absent. Where it
 *   tells the flag alone, that can withdraw what the token says of the token's address and cannot verify it.
 * - The user id is the token's, for which the scan was accepted; so is what describes the token itself.
 */
export declare function combinedClaims(pool: UserPoolConfig, token: Claims, userInfo: Claims): Claims;
