import { claimOf, isTrue, tokenClaims } from "./claims.js";
/** A claim that says of another whether the issuer has verified it, by its name: `email_verified`, `emailVerified`. */
const flag = /^(.+?)(?:_verified|Verified)$/;
/**
 * Returns the claim that a flag speaks of; undefined where the claim of that name is no flag. What the pool names for its profile
 * goes before what names look like.
 */
function verifiedBy(pool, name) {
    const { email, emailVerified, phone, phoneVerified } = pool.claims;
    if (name === emailVerified)
        return email;
    if (name === phoneVerified)
        return phone;
    return flag.exec(name)?.[1];
}
/** Names of the claims that a profile of the pool is made of. */
function profileClaims(pool) {
    return new Set([...Object.values({ ...pool.claims }), ...pool.furtherClaims]);
}
/** Picks the claims that a profile of the pool can be made of, and what their flags speak of: what is worth keeping of a token. */
export function pickedClaims(pool, claims) {
    const names = [...profileClaims(pool)].flatMap((name) => [name, verifiedBy(pool, name) ?? name]);
    return claimsBy(new Set(names), (name) => claimOf(claims, name));
}
/**
 * Returns the claims of a profile out of the token and of the UserInfo endpoint's answer, which is newer and goes first.
 *
 * - An address and its flag come from one source. Where UserInfo tells the address, the flag is UserInfo's or absent. Where it
 *   tells the flag alone, that can withdraw what the token says of the token's address and cannot verify it.
 * - The user id is the token's, for which the scan was accepted; so is what describes the token itself.
 */
export function combinedClaims(pool, token, userInfo) {
    const isOfToken = (name) => name === pool.claims.userId || tokenClaims.has(name) || !Object.hasOwn(userInfo, name);
    return claimsBy(profileClaims(pool), (name) => {
        const inToken = claimOf(token, name);
        const inUserInfo = claimOf(userInfo, name);
        const address = verifiedBy(pool, name);
        if (address === undefined)
            return isOfToken(name) ? inToken : inUserInfo;
        if (!isOfToken(address))
            return inUserInfo;
        const isWithdrawn = inUserInfo !== undefined && !isTrue(inUserInfo);
        return Object.hasOwn(token, address) && !isWithdrawn ? inToken : inUserInfo;
    });
}
function claimsBy(names, claimNamed) {
    // fromEntries makes own properties even of a claim called __proto__.
    return Object.fromEntries([...names].flatMap((name) => {
        const value = claimNamed(name);
        return value === undefined ? [] : [[name, value]];
    }));
}
