import { type KeyObject, sign } from "node:crypto";
import { promisify } from "node:util";
import type { JWTPayload } from "jose";
import type { SigningKey } from "./signing_keys.js";

/** Function that signs the claims as a JWT with the given type (header `typ`). */
export type SignJwt = (typ: string, claims: JWTPayload) => Promise<string>;

const signInThreadPool = promisify(sign);

/**
 * Creates a function that signs JWTs in the compact serialization (RFC 7515, section 7.1).
 *
 * Does not use jose, whose WebCrypto takes more CPU time. Makes P-256 signatures synchronously, since one takes
 * less time than waking another thread. Makes RSA signatures, which take far longer, in the thread pool, so that
 * other calls continue meanwhile.
 */
export function createJwtSigner({ alg, kid, privateKey }: Omit<SigningKey, "publicJwk">): SignJwt {
  return async (typ, claims) => {
    const input = `${encodePart({ alg, kid, typ })}.${encodePart(claims)}`;
    const signature = await createSignature(Buffer.from(input, "latin1"), alg, privateKey);
    return `${input}.${signature.toString("base64url")}`;
  };
}

function createSignature(input: Buffer, alg: SigningKey["alg"], key: KeyObject): Buffer | Promise<Buffer> {
  return alg === "ES256" ? derToJose(sign("sha256", input, key)) : signInThreadPool("sha256", input, key);
}

/** Size of each of the two integers in a P-256 signature, in bytes. */
const integerBytes = 32;

/**
 * Converts a DER sequence of r and s to their concatenation, which JWS requires (RFC 7518, section 3.4).
 * Node.js can do this itself (`dsaEncoding`), but Node.js 24 then takes much longer for a signature.
 */
function derToJose(der: Buffer): Buffer {
  const signature = Buffer.alloc(2 * integerBytes);
  // Every length is a single byte: the sequence has at most 70 bytes.
  let tagOffset = 2;
  for (const end of [integerBytes, 2 * integerBytes]) {
    const start = tagOffset + 2;
    const next = start + der.readUInt8(tagOffset + 1);
    // A DER integer has no leading zero byte, except where the first bit would otherwise be set.
    const digits = der.subarray(Math.max(start, next - integerBytes), next);
    signature.set(digits, end - digits.length);
    tagOffset = next;
  }
  return signature;
}

function encodePart(part: object): string {
  return Buffer.from(JSON.stringify(part), "utf8").toString("base64url");
}
