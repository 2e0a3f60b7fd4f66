import { sha256Hex } from "../domain/secrets.js";

/** Secrets in the documents of this project. They look random, so a copy would pass every other check. */
const documentedSecrets = [
  "3q2-7wQmT0d1bGxvd2luZy10aGUtd2hpdGUtcmFiYml0",
  "dGhlIHByZXZpb3VzIHNlY3JldCBvZiB0aGlzIHNob3A",
  "yYPHM_8Gz6SOzXQg0rKBW8l1zGv5nGT3uXl1zjV4Z6s",
  "0kqB7nJ2rDdQy3Vw9mXhTzLs5GfPcKaE8oUiRbNvYtI",
  "dGhlIHdoaXRlIHJhYmJpdCBnbG93cw",
  "bGF0ZSBmb3IgYSB2ZXJ5IGltcG9ydGFudCBkYXRl",
  "b3BlcmF0b3JzIHdobyBhcmUgb24gY2FsbCBhdCBuaWdodA",
];

/** Secrets that are published in documents and examples, or that an unset variable leaves behind. */
const knownTexts = [
  ...["demo-secret", "legacy-secret", "secret", "password", "changeme", "change-me", "test", "example"],
  "a-string-secret-at-least-256-bits-long",
  ...documentedSecrets,
];

const known = new Map([
  ["", "an empty secret"],
  ...knownTexts.map((text) => [text, `the secret ${text}, which is publicly known`] as const),
]);

/** Digests of the known secrets, also with the line break that `echo` appends. */
const byDigest = new Map(
  [...known].flatMap(([text, name]) => [text, `${text}\n`].map((each) => [sha256Hex(each), name] as const)),
);

/** Returns whether a secret is published in documents or examples. */
export function isKnownSecret(secret: string): boolean {
  return known.has(secret.trim());
}

/** Returns whether a secret is in the documents of this project. */
export function isDocumentedSecret(secret: string): boolean {
  return documentedSecrets.includes(secret.trim());
}

/** Returns which known secret a SHA-256 (lower-case hexadecimal digits) belongs to; undefined if none. */
export function describeKnownDigest(sha256: string): string | undefined {
  return byDigest.get(sha256);
}
