import { createPrivateKey, createPublicKey, type JsonWebKeyInput, type KeyObject } from "node:crypto";
import { isDevelopmentKey } from "../development_key.js";
import { withPemContent } from "./pem.js";
import { readTextFile } from "./read_file.js";

/** Returns the private key in a PEM file that may sign tokens, or a message why there is none. */
export function readSigningKey(file: string): { readonly key: KeyObject } | { readonly failure: string } {
  const text = readTextFile(file);
  if ("failure" in text) return text;
  const key = parsePrivateKey(text.content);
  if (!key) {
    const form = "the file must contain one private key in PEM format (PKCS #8) without a passphrase";
    return { failure: withPemContent(form, text.content) };
  }
  if (!isSupportedSigningKey(key))
    return { failure: "the key must be EC P-256, or RSA of at least 2048 bits" };
  return isDevelopmentKey(createPublicKey(key).export({ format: "jwk" }))
    ? { failure: "the file contains the development key, whose private half is public" }
    : { key };
}

/** Returns whether a JWK is the public half of a private key, whatever the encoding of its numbers. */
export function isPublicKeyOf(key: KeyObject, jwk: JsonWebKeyInput["key"]): boolean {
  try {
    return publicKeyText(createPublicKey({ key: jwk, format: "jwk" })) === publicKeyText(key);
  } catch {
    // A key of an unreadable type is not one of ours, which are readable.
    return false;
  }
}

/** Returns whether two private keys are the same. */
export function isSameKey(a: KeyObject, b: KeyObject): boolean {
  return publicKeyText(a) === publicKeyText(b);
}

/**
 * Returns a text that identifies a key. `equals` is not used: with keys of two types it leaves an OpenSSL
 * error behind that the next import throws.
 */
function publicKeyText(key: KeyObject): string {
  const { kty, crv, x, y, n, e } = (key.type === "private" ? createPublicKey(key) : key).export({
    format: "jwk",
  });
  return JSON.stringify([kty, crv, x, y, n, e]);
}

function parsePrivateKey(pem: string): KeyObject | undefined {
  // Only this format is accepted: not all code that signs with the key accepts the other formats of OpenSSL.
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
