import { randomUUID } from "node:crypto";
import { isKeyOf } from "../config/signing_keys.js";
import { createJwtSigner } from "./jwt_signature.js";
import { loadSigningKeys } from "./signing_keys.js";
import { userClaims } from "./token_claims.js";
/**
 * Reads or makes the keys; the first one signs from then on.
 *
 * @throws Error that names the file when it does not hold a key that can be used.
 */
export async function createTokenSigner(config, clock) {
    const { issuer, lifetime } = config;
    const keys = await loadSigningKeys(config.keys);
    const signJwt = createJwtSigner(keys[0]);
    return {
        issuer,
        jwks: JSON.stringify({ keys: keys.map(({ publicJwk }) => publicJwk) }),
        owns: (jwk) => keys.some((key) => isKeyOf(key.privateKey, jwk)),
        async sign({ appId, userPoolId, approval: { profile, signIn } }) {
            // By the wall clock, since it is others who compare these times with theirs.
            const now = clock.wallNow();
            const issuedAt = Math.floor(now / 1_000);
            const expiresAt = issuedAt + Math.floor(lifetime / 1_000);
            // JSON would make null of it, and there are verifiers that take a token without an expiry for one that lasts.
            if (!Number.isSafeInteger(expiresAt))
                throw new Error("a token would have no time of expiry");
            const signed = (typ, claims) => signJwt(typ, {
                ...claims,
                user_pool_id: userPoolId,
                ...{ iss: issuer, sub: profile.userId, aud: appId, iat: issuedAt, exp: expiresAt },
            });
            const [idToken, accessToken] = await Promise.all([
                signed("JWT", userClaims(profile, signIn)),
                signed("at+jwt", { client_id: appId, jti: randomUUID() }),
            ]);
            return { idToken, accessToken, expiresAt: expiresAt * 1_000, life: expiresAt * 1_000 - now };
        },
    };
}
