/**
 * Issuer of the development identities (claim `iss`). Its signing key is public, so no configured user pool
 * may name it: anyone with our source could approve sign-ins for that pool.
 */
export const developmentIssuer = "urn:qrlogin:development";

/** Public half of the key that signs development tokens. */
export const developmentKey = {
  kty: "EC",
  crv: "P-256",
  x: "DsxH8SknIbXjb4fCT2emUWbxxWaRAVHc3KFQlrKFNEg",
  y: "8uKO6IWEcg9xXP5OIMncKiJnt2OUzc3_hMK2pEXv5Jc",
  kid: "qrlogin-development",
  alg: "ES256",
  use: "sig",
};

/** Returns whether a JWK is the public development key, with any `kid`. */
export function isDevelopmentKey(jwk: unknown): boolean {
  if (typeof jwk !== "object" || jwk === null || !("x" in jwk) || typeof jwk.x !== "string") return false;
  // Decoded, since a number has several encodings. Compared without y, since the key with -y has an equally
  // public private key.
  return Buffer.from(jwk.x, "base64url").equals(Buffer.from(developmentKey.x, "base64url"));
}
