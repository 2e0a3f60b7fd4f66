import { decodeJwt, errors } from "jose";
import { Refusal } from "../domain/refusal.js";
import { createCircuitBreaker } from "./circuit_breaker.js";
import { combinedClaims, pickedClaims } from "./claim_sources.js";
import { profileOf, signInOf } from "./claims.js";
import { isPlainText } from "./further_claims.js";
import { createKeySet, KeysUnavailable } from "./key_set.js";
import { createLeftOutReporter } from "./left_out.js";
import { demandSignInToken } from "./token_purpose.js";
import { verifiedJwt } from "./token_verification.js";
import { unmatchedToken } from "./unmatched_token.js";
import { fetchUserInfo } from "./user_info.js";
import { issuerUnavailable, userTokenExpired, userUnauthenticated } from "./user_refusals.js";
import { createVerifiedTokens } from "./verified_tokens.js";
/** Longest token that is looked at, in characters. */
const maxLength = 16 * 1024;
const maxSubjectLength = 255;
// Whatever the configuration says: this long a key that has left its JWKS may still be believed.
const maxAge = 5 * 60 * 1000;
const bearer = /^bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;
/**
 * Knows users by `Bearer <JWT>` (RFC 6750, RFC 7519). Issuer and audience choose the pool, the pool's keys and algorithms
 * prove the token; `exp`, `sub`, `iss` and `aud` must be there and right. Verified tokens are remembered for a while.
 *
 * @throws Error when a pool's JWKS file cannot be used, or a pool has the issuer of our own tokens.
 */
export function createUserAuthenticator(options) {
    const { clock, tokenIssuer, onLeftOut = () => { } } = options;
    const tokens = { ...options.tokens, cacheMaxAge: Math.min(options.tokens.cacheMaxAge, maxAge) };
    const tenants = options.pools.map((pool) => {
        if (pool.issuer === tokenIssuer?.issuer)
            throw new Error(`User pool ${pool.id} has our own token issuer.`);
        return {
            pool,
            keys: createKeySet(pool, tokens, clock, tokenIssuer),
            // An endpoint that refuses the token is there.
            userInfo: createCircuitBreaker({ isFailure: (error) => !(error instanceof Refusal), clock }),
            onLeftOut: createLeftOutReporter(pool.id, onLeftOut),
        };
    });
    const verified = createVerifiedTokens(tokens.cacheSize, clock);
    function verification(pool) {
        return {
            algorithms: [...pool.algorithms],
            clockTolerance: tokens.clockTolerance / 1000,
            currentDate: new Date(clock.wallNow()),
        };
    }
    async function verify(token) {
        const tenant = tenantOf(token, tenants);
        const { pool, keys } = tenant;
        try {
            const { header, claims, generation } = await verifiedJwt(token, keys, () => ({
                ...verification(pool),
                issuer: pool.issuer,
                audience: [...pool.audience],
                requiredClaims: ["exp", "sub", "iss", "aud"],
            }));
            demandSignInToken(header, claims);
            const user = userOf(tenant, claims);
            if (generation !== undefined) {
                const expiresAt = Number(claims.exp) * 1000;
                const until = clock.now() + tokens.cacheMaxAge;
                verified.remember(token, { value: user, keys, generation, expiresAt, until });
            }
            return user;
        }
        catch (error) {
            if (error instanceof KeysUnavailable)
                throw issuerUnavailable(pool.id, error.cause);
            throw refusalOf(error);
        }
    }
    async function fullProfile(user, token, signal) {
        const { tenant, approver } = user;
        const { pool } = tenant;
        const uri = pool.userInfoUri;
        if (uri === undefined)
            return approver.profile;
        signal?.throwIfAborted();
        let userInfo;
        try {
            const { subject } = approver;
            const timeout = tokens.issuerTimeout;
            const verifySigned = (jwt) => verifiedUserInfo(jwt, user);
            const request = { uri, token, subject, timeout, clock, signal, verify: verifySigned };
            userInfo = await tenant.userInfo.run(() => fetchUserInfo(request), { id: subject, signal });
        }
        catch (error) {
            if (error instanceof Refusal)
                throw error;
            signal?.throwIfAborted();
            throw issuerUnavailable(pool.id, error);
        }
        if ("unusable" in userInfo) {
            tenant.onLeftOut("UserInfo", userInfo.unusable);
            return approver.profile;
        }
        const claims = combinedClaims(pool, user.claims, userInfo.claims);
        const profile = profileOf(pool, claims, tenant.onLeftOut);
        if (!profile)
            throw new Error("a profile has lost the user id of its token");
        return profile;
    }
    /** Returns the claims of a signed UserInfo answer. It may leave out issuer and audience (OpenID Connect Core, section 5.3.2). */
    async function verifiedUserInfo(jwt, { tenant, approver }) {
        const { pool, keys } = tenant;
        try {
            const { claims } = await verifiedJwt(jwt, keys, () => verification(pool));
            const { iss = pool.issuer, aud = [...pool.audience] } = claims;
            const audience = Array.isArray(aud) ? aud : [aud];
            // The endpoint answers the client that the token was issued to.
            const isForUs = [...pool.audience, approver.signIn.clientId].some((name) => audience.includes(name));
            if (iss !== pool.issuer || !isForUs)
                throw new Error("The signed UserInfo answer is not for the token's client.");
            return claims;
        }
        catch (error) {
            // Errors of jose may hold the claims.
            throw error instanceof errors.JOSEError
                ? new Error(`The signed UserInfo answer cannot be verified: ${error.code}.`)
                : error;
        }
    }
    return {
        async authenticate(authorization, signal) {
            signal?.throwIfAborted();
            const token = tokenIn(authorization);
            const user = verified.get(token) ?? (await unlessAborted(verify(token), signal));
            return {
                approver: user.approver,
                fullProfile: (profileSignal) => fullProfile(user, token, profileSignal),
            };
        },
    };
}
function tokenIn(authorization) {
    const [value] = authorization;
    if (value === undefined || authorization.length !== 1) {
        throw userUnauthenticated("There is not exactly one authorization value.");
    }
    if (value.length > maxLength)
        throw userUnauthenticated("The authorization value is too long.");
    const token = bearer.exec(value)?.[1];
    if (token === undefined)
        throw userUnauthenticated("The authorization value is no Bearer token.");
    return token;
}
/** The one tenant that issuer and audience name. Read before the signature is checked, so it only says whose keys to try. */
function tenantOf(token, tenants) {
    let claims;
    try {
        claims = decodeJwt(token);
    }
    catch (error) {
        throw refusalOf(error);
    }
    const audience = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
    const [tenant, ...others] = tenants.filter(({ pool }) => pool.issuer === claims.iss && pool.audience.some((name) => audience.includes(name)));
    if (!tenant) {
        const pools = tenants.map(({ pool }) => pool);
        throw userUnauthenticated(unmatchedToken(claims, pools));
    }
    if (others.length > 0)
        throw userUnauthenticated("The audience names several user pools.");
    return tenant;
}
function userOf(tenant, claims) {
    const { pool } = tenant;
    const { sub } = claims;
    if (typeof sub !== "string" || sub === "" || sub.length > maxSubjectLength || !isPlainText(sub)) {
        throw userUnauthenticated("The claim sub is not a text of 1 to 255 characters.");
    }
    const profile = profileOf(pool, claims, tenant.onLeftOut);
    if (!profile)
        throw userUnauthenticated("The token tells no usable user id.");
    const approver = {
        userPoolId: pool.id,
        issuer: pool.issuer,
        subject: sub,
        profile,
        signIn: signInOf(claims),
    };
    return { tenant, approver, claims: pickedClaims(pool, claims) };
}
/** What to throw instead of an error of jose, which may hold the claims of the token. */
function refusalOf(error) {
    if (error instanceof errors.JWTExpired)
        return userTokenExpired();
    if (error instanceof errors.JWTClaimValidationFailed)
        return userUnauthenticated(`${error.code} ${error.claim}`);
    return error instanceof errors.JOSEError ? userUnauthenticated(error.code) : error;
}
/** Waits no longer than the caller does. What was begun goes on, for others who want it. */
function unlessAborted(promise, signal) {
    if (!signal)
        return promise;
    return new Promise((resolve, reject) => {
        const abort = () => reject(signal.reason);
        signal.addEventListener("abort", abort, { once: true });
        promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
    });
}
