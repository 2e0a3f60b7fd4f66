import { createPrivateKey, createPublicKey } from "node:crypto";
import { isDevelopmentKey } from "./development_key.js";
import { readText } from "./file.js";
/** The private key in a PEM file that may sign tokens, or why there is none, for people. */
export function readSigningKey(file) {
    const text = readText(file);
    if ("failure" in text)
        return text;
    const key = privateKeyOf(text.content);
    if (!key)
        return { failure: "the file must hold one private key as PEM, PKCS #8, without a pass phrase" };
    if (!maySign(key))
        return { failure: "the key must be EC P-256, or RSA of at least 2048 bits" };
    return isDevelopmentKey(createPublicKey(key).export({ format: "jwk" }))
        ? { failure: "the file holds the development key, with which everybody can sign" }
        : { key };
}
/** Whether a JWK is the public half of a private key, however it writes its numbers. */
export function isKeyOf(key, jwk) {
    try {
        return publicFormOf(createPublicKey({ key: jwk, format: "jwk" })) === publicFormOf(key);
    }
    catch {
        // A kind of key that we cannot read is not one of ours, which we can.
        return false;
    }
}
/** Whether two private keys are the same one. */
export function isSameKey(a, b) {
    return publicFormOf(a) === publicFormOf(b);
}
/** One text for each key. Not `equals`: of two kinds of keys it leaves an error behind that the next import then throws. */
function publicFormOf(key) {
    const { kty, crv, x, y, n, e } = (key.type === "private" ? createPublicKey(key) : key).export({
        format: "jwk",
    });
    return JSON.stringify([kty, crv, x, y, n, e]);
}
function privateKeyOf(pem) {
    // Only in this form: the others that OpenSSL takes are not taken by everything that is to sign with the key.
    if (!/^-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\s*$/.test(pem))
        return undefined;
    try {
        return createPrivateKey(pem);
    }
    catch {
        return undefined;
    }
}
function maySign({ asymmetricKeyType, asymmetricKeyDetails }) {
    if (asymmetricKeyType === "ec")
        return asymmetricKeyDetails?.namedCurve === "prime256v1";
    return asymmetricKeyType === "rsa" && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
}
