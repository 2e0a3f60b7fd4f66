import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { decodeProtectedHeader } from "jose";
import { describe, expect, test } from "vitest";
import { createJwtSigner } from "../../src/auth/signing/jwt_signer.js";

const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;

/** Returns the signed part of a token and its signature. */
function halves(token: string): readonly [signed: Buffer, signature: Buffer] {
  const dot = token.lastIndexOf(".");
  return [Buffer.from(token.slice(0, dot)), Buffer.from(token.slice(dot + 1), "base64url")];
}

describe("a signed JWT", () => {
  test("a P-256 signature has 64 bytes and verifies, with any number of leading zeros in its integers", async () => {
    const sign = createJwtSigner({ alg: "ES256", kid: "a", privateKey: ec });
    const key = createPublicKey(ec);
    const firsts = new Set<number | undefined>();
    // Each integer begins with a zero byte in one of 256 signatures. The chance that 2,000 signatures have
    // none is 1 in 6 million.
    for (let jti = 0; jti < 2_000; jti++) {
      const [signed, signature] = halves(await sign("JWT", { jti: String(jti) }));
      expect(signature).toHaveLength(64);
      const fits = verify("sha256", signed, { key, dsaEncoding: "ieee-p1363" }, signature);
      expect(fits, signature.toString("hex")).toBe(true);
      firsts.add(signature[0]).add(signature[32]);
    }
    expect(firsts).toContain(0);
  });

  test("an RSA signature verifies", async () => {
    const sign = createJwtSigner({ alg: "RS256", kid: "b", privateKey: rsa });
    const [signed, signature] = halves(await sign("at+jwt", { sub: "alice" }));
    expect(verify("sha256", signed, createPublicKey(rsa), signature)).toBe(true);
  });

  test("the header has the type and the key id, and the claims are in UTF-8", async () => {
    const sign = createJwtSigner({ alg: "ES256", kid: "a", privateKey: ec });
    const token = await sign("at+jwt", { nickname: "Žofie 🦊" });
    expect(decodeProtectedHeader(token)).toEqual({ alg: "ES256", kid: "a", typ: "at+jwt" });
    const claims = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");
    expect(JSON.parse(claims)).toEqual({ nickname: "Žofie 🦊" });
  });
});
