import type { JWTPayload } from "jose";
import type { SigningKey } from "./signing_keys.js";
/** Signs the claims as a JWT of this type (header `typ`). */
export type SignJwt = (typ: string, claims: JWTPayload) => Promise<string>;
/**
 * Creates a function that signs JWTs in the compact serialization (RFC 7515, section 7.1).
 *
 * Not by jose, whose WebCrypto takes two to three times the CPU: a signature by EC P-256 is over before another thread could be woken, so it
 * is made at once. One by RSA takes ten times as long and goes to the thread pool, so that other calls go on meanwhile.
 */
export declare function createJwtSigner({ alg, kid, privateKey }: Omit<SigningKey, "publicJwk">): SignJwt;
