/**
 * The issuer of the development identities (claim `iss`). Its signing key is public, so no configured user pool may name
 * it: whoever reads our source could approve for that pool.
 */
export declare const developmentIssuer = "urn:qrlogin:development";
/** The public half of the key that development tokens are signed with. */
export declare const developmentKey: {
    kty: string;
    crv: string;
    x: string;
    y: string;
    kid: string;
    alg: string;
    use: string;
};
/** Whether a JWK is the public development key under whatever `kid`. */
export declare function isDevelopmentKey(jwk: unknown): boolean;
