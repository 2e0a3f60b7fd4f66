import { type KeyObject, sign } from "node:crypto";
import { promisify } from "node:util";
import type { JWTPayload } from "jose";
import type { SigningKey } from "./signing_keys.js";

/** Signs the claims as a JWT of this type (header `typ`). */
export type SignJwt = (typ: string, claims: JWTPayload) => Promise<string>;

const signInThreadPool = promisify(sign);

/**
 * Creates a function that signs JWTs in the compact serialization (RFC 7515, section 7.1).
 *
 * Not by jose, whose WebCrypto takes two to three times the CPU: a signature by EC P-256 is over before another thread could be woken, so it
 * is made at once. One by RSA takes ten times as long and goes to the thread pool, so that other calls go on meanwhile.
 */
export function createJwtSigner({ alg, kid, privateKey }: Omit<SigningKey, "publicJwk">): SignJwt {
  return async (typ, claims) => {
    const input = `${encoded({ alg, kid, typ })}.${encoded(claims)}`;
    const signature = await signatureOf(Buffer.from(input, "latin1"), alg, privateKey);
    return `${input}.${signature.toString("base64url")}`;
  };
}

function signatureOf(input: Buffer, alg: SigningKey["alg"], key: KeyObject): Buffer | Promise<Buffer> {
  // JWS takes r and s one after the other (RFC 7518, section 3.4), where OpenSSL would put them into DER.
  if (alg === "ES256") return sign("sha256", input, { key, dsaEncoding: "ieee-p1363" });
  return signInThreadPool("sha256", input, key);
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part), "utf8").toString("base64url");
}
