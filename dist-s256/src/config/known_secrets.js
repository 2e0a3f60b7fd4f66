import { hexDigest } from "../domain/secrets.js";
/** Secrets that stand in documents and examples, or that a forgotten variable leaves behind. Everybody would know them. */
const texts = [
    ...["demo-secret", "legacy-secret", "secret", "password", "changeme", "change-me", "test", "example"],
    "a-string-secret-at-least-256-bits-long",
];
const known = new Map([
    ["", "an empty secret"],
    ...texts.map((text) => [text, `the secret ${text}, which everybody knows`]),
]);
/** As `echo` writes them into a hash: with the line break at their end. */
const byDigest = new Map([...known].flatMap(([text, name]) => [text, `${text}\n`].map((each) => [hexDigest(each), name])));
/** Returns whether a secret stands in documents or examples. */
export function isKnownSecret(secret) {
    return known.has(secret.trim());
}
/** Returns what a SHA-256 in lower-case hexadecimal digits is of, where everybody can know that. */
export function knownSecretOf(sha256) {
    return byDigest.get(sha256);
}
