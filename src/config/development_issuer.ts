/**
 * The issuer of the development identities (claim `iss`). Its signing key is public, so no configured user pool may name
 * it: whoever reads our source could approve for that pool.
 */
export const developmentIssuer = "urn:qrlogin:development";
