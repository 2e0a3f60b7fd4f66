import { sign } from "node:crypto";
import { promisify } from "node:util";
const signInThreadPool = promisify(sign);
/**
 * Creates a function that signs JWTs in the compact serialization (RFC 7515, section 7.1).
 *
 * Not by jose, whose WebCrypto takes two to three times the CPU: a signature by EC P-256 is over before another thread could be woken, so it
 * is made at once. One by RSA takes ten times as long and goes to the thread pool, so that other calls go on meanwhile.
 */
export function createJwtSigner({ alg, kid, privateKey }) {
    return async (typ, claims) => {
        const input = `${encoded({ alg, kid, typ })}.${encoded(claims)}`;
        const signature = await signatureOf(Buffer.from(input, "latin1"), alg, privateKey);
        return `${input}.${signature.toString("base64url")}`;
    };
}
function signatureOf(input, alg, key) {
    return alg === "ES256" ? joined(sign("sha256", input, key)) : signInThreadPool("sha256", input, key);
}
/** Bytes of each of the two numbers in a signature by P-256. */
const numberBytes = 32;
/**
 * Returns r and s one after the other, as JWS wants them (RFC 7518, section 3.4), from a DER sequence of two integers. Node.js would do
 * it (`dsaEncoding`), but Node.js 24 then takes 36 us for a signature and not 19.
 */
function joined(der) {
    const both = Buffer.alloc(2 * numberBytes);
    // Every length in it is one byte: the sequence has at most 70.
    let tag = 2;
    for (const end of [numberBytes, 2 * numberBytes]) {
        const start = tag + 2;
        const next = start + der.readUInt8(tag + 1);
        // A DER integer has no leading zeros, but for one where its first bit is set.
        const digits = der.subarray(Math.max(start, next - numberBytes), next);
        both.set(digits, end - digits.length);
        tag = next;
    }
    return both;
}
function encoded(part) {
    return Buffer.from(JSON.stringify(part), "utf8").toString("base64url");
}
