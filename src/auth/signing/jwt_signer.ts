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
    const input = `${encodePart({ alg, kid, typ })}.${encodePart(claims)}`;
    const signature = await createSignature(Buffer.from(input, "latin1"), alg, privateKey);
    return `${input}.${signature.toString("base64url")}`;
  };
}

function createSignature(input: Buffer, alg: SigningKey["alg"], key: KeyObject): Buffer | Promise<Buffer> {
  return alg === "ES256" ? derToJose(sign("sha256", input, key)) : signInThreadPool("sha256", input, key);
}

/** Bytes of each of the two numbers in a signature by P-256. */
const integerBytes = 32;

/**
 * Returns r and s one after the other, as JWS wants them (RFC 7518, section 3.4), from a DER sequence of two integers. Node.js would do
 * it (`dsaEncoding`), but Node.js 24 then takes 36 us for a signature and not 19.
 */
function derToJose(der: Buffer): Buffer {
  const both = Buffer.alloc(2 * integerBytes);
  // Every length in it is one byte: the sequence has at most 70.
  let tag = 2;
  for (const end of [integerBytes, 2 * integerBytes]) {
    const start = tag + 2;
    const next = start + der.readUInt8(tag + 1);
    // A DER integer has no leading zeros, but for one where its first bit is set.
    const digits = der.subarray(Math.max(start, next - integerBytes), next);
    both.set(digits, end - digits.length);
    tag = next;
  }
  return both;
}

function encodePart(part: object): string {
  return Buffer.from(JSON.stringify(part), "utf8").toString("base64url");
}
