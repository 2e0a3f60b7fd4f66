import { createSecureContext } from "node:tls";
import * as z from "zod";
import { certificatesIn } from "./certificates.js";
import { isDevelopmentKey } from "./development_key.js";
import { readText } from "./file.js";
const member = z.string().exactOptional();
const absent = z.never().exactOptional();
const publicKey = z.object({
    kty: z.string(),
    // RFC 7518, section 6, and RFC 8037.
    ...{ crv: member, x: member, y: member, n: member, e: member },
    // Kinds of keys that we cannot use may stand beside those that we can (RFC 7517, section 5), but no private member:
    // `d` and `priv` of a private key, `k` of a shared secret.
    ...{ d: absent, k: absent, priv: absent },
});
const keySet = z.object({ keys: z.array(publicKey) });
/** The public keys in a file that should hold a JSON Web Key Set (RFC 7517); none if it holds anything else. */
export function publicKeysIn(file) {
    const text = readText(file);
    return "failure" in text ? [] : publicKeysOf(text.content);
}
function publicKeysOf(text) {
    return keySet.safeParse(jsonOf(text)).data?.keys ?? [];
}
/**
 * What is wrong with a file that should hold a JSON Web Key Set of public keys, none of them the development
 * key; undefined if nothing is.
 */
export function keySetFailure(file) {
    const text = readText(file);
    if ("failure" in text)
        return text.failure;
    const keys = publicKeysOf(text.content);
    if (!keys.some(({ kty }) => ["EC", "RSA", "OKP"].includes(kty))) {
        return "the file must hold a JSON Web Key Set of public keys (EC, RSA or OKP)";
    }
    return keys.some(isDevelopmentKey)
        ? "the file holds the development key, with which everybody can sign"
        : undefined;
}
/** What is wrong with the files of a certificate and its key at a path, as far as their names are known. */
export function tlsMistakes(path, tls = {}) {
    const mistakes = [];
    const contents = ["certFile", "keyFile"].flatMap((name) => {
        const file = tls[name];
        const text = file === undefined ? undefined : readText(file);
        if (text && "failure" in text)
            mistakes.push({ path: [...path, name], message: text.failure });
        return text && "content" in text ? [text.content] : [];
    });
    const [cert, key] = contents;
    if (cert === undefined || key === undefined || isPair(cert, key))
        return mistakes;
    return [{ path, message: "certFile and keyFile must be a certificate chain and its private key, as PEM" }];
}
/** What is wrong with a file that should hold certificates; undefined if nothing is. */
export function certificatesFailure(file) {
    const text = readText(file);
    if ("failure" in text)
        return text.failure;
    return certificatesIn(text.content) ? undefined : "the file must hold certificates as PEM";
}
function isPair(cert, key) {
    try {
        createSecureContext({ cert, key });
        // Without any certificate in the file OpenSSL has nothing to compare and says nothing.
        return cert.includes("-----BEGIN CERTIFICATE-----") && key.includes("PRIVATE KEY-----");
    }
    catch {
        return false;
    }
}
function jsonOf(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        // Not JSON is not a key set either: the caller says so.
        return undefined;
    }
}
