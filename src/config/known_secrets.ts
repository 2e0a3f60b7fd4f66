import { sha256Hex } from "../domain/secrets.js";

/** Secrets that stand in documents and examples, or that a forgotten variable leaves behind. Everybody would know them. */
const knownTexts = [
  ...["demo-secret", "legacy-secret", "secret", "password", "changeme", "change-me", "test", "example"],
  "a-string-secret-at-least-256-bits-long",
];

const known = new Map([
  ["", "an empty secret"],
  ...knownTexts.map((text) => [text, `the secret ${text}, which everybody knows`] as const),
]);

/** As `echo` writes them into a hash: with the line break at their end. */
const byDigest = new Map(
  [...known].flatMap(([text, name]) => [text, `${text}\n`].map((each) => [sha256Hex(each), name] as const)),
);

/** Returns whether a secret stands in documents or examples. */
export function isKnownSecret(secret: string): boolean {
  return known.has(secret.trim());
}

/** Returns what a SHA-256 in lower-case hexadecimal digits is of, where everybody can know that. */
export function describeKnownDigest(sha256: string): string | undefined {
  return byDigest.get(sha256);
}
