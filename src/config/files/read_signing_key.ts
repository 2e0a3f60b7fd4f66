import { createPrivateKey, createPublicKey, type JsonWebKeyInput, type KeyObject } from "node:crypto";
import { isDevelopmentKey } from "../development_key.js";
import { readTextFile } from "./read_file.js";

/** The private key in a PEM file that may sign tokens, or why there is none, for people. */
export function readSigningKey(file: string): { readonly key: KeyObject } | { readonly failure: string } {
  const text = readTextFile(file);
  if ("failure" in text) return text;
  const key = parsePrivateKey(text.content);
  if (!key) return { failure: "the file must hold one private key as PEM, PKCS #8, without a pass phrase" };
  if (!isSupportedSigningKey(key))
    return { failure: "the key must be EC P-256, or RSA of at least 2048 bits" };
  return isDevelopmentKey(createPublicKey(key).export({ format: "jwk" }))
    ? { failure: "the file holds the development key, with which everybody can sign" }
    : { key };
}

/** Whether a JWK is the public half of a private key, however it writes its numbers. */
export function isPublicKeyOf(key: KeyObject, jwk: JsonWebKeyInput["key"]): boolean {
  try {
    return publicKeyText(createPublicKey({ key: jwk, format: "jwk" })) === publicKeyText(key);
  } catch {
    // A kind of key that we cannot read is not one of ours, which we can.
    return false;
  }
}

/** Whether two private keys are the same one. */
export function isSameKey(a: KeyObject, b: KeyObject): boolean {
  return publicKeyText(a) === publicKeyText(b);
}

/** One text for each key. Not `equals`: of two kinds of keys it leaves an error behind that the next import then throws. */
function publicKeyText(key: KeyObject): string {
  const { kty, crv, x, y, n, e } = (key.type === "private" ? createPublicKey(key) : key).export({
    format: "jwk",
  });
  return JSON.stringify([kty, crv, x, y, n, e]);
}

function parsePrivateKey(pem: string): KeyObject | undefined {
  // Only in this form: the others that OpenSSL takes are not taken by everything that is to sign with the key.
  if (!/^-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\s*$/.test(pem)) return undefined;
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function isSupportedSigningKey({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  if (asymmetricKeyType === "ec") return asymmetricKeyDetails?.namedCurve === "prime256v1";
  return asymmetricKeyType === "rsa" && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
}
