/**
 * The issuer of the development identities (claim `iss`). Its signing key is public, so no configured user pool may name
 * it: whoever reads our source could approve for that pool.
 */
export const developmentIssuer = "urn:qrlogin:development";
/** The public half of the key that development tokens are signed with. */
export const developmentKey = {
    kty: "EC",
    crv: "P-256",
    x: "DsxH8SknIbXjb4fCT2emUWbxxWaRAVHc3KFQlrKFNEg",
    y: "8uKO6IWEcg9xXP5OIMncKiJnt2OUzc3_hMK2pEXv5Jc",
    kid: "qrlogin-development",
    alg: "ES256",
    use: "sig",
};
/** Whether a JWK is the public development key under whatever `kid`. */
export function isDevelopmentKey(jwk) {
    if (typeof jwk !== "object" || jwk === null || !("x" in jwk) || typeof jwk.x !== "string")
        return false;
    // Decoded, since one number can be written in several ways; without y, since -y has a private key just as public.
    return Buffer.from(jwk.x, "base64url").equals(Buffer.from(developmentKey.x, "base64url"));
}
