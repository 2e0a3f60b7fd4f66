/** Longest issuer that is compared, in characters. Those in tokens come from unauthenticated callers. */
const maxLength = 2_048;

/**
 * Returns whether two issuers differ only in spelling: case of scheme and host, a default port, trailing
 * slashes. They are still two issuers, since tokens are compared with them exactly (OpenID Connect Core 1.0,
 * section 3.1.3.7). Returns false if they are equal, or one has more than 2,048 characters.
 */
export function differOnlyInSpelling(one: string, other: string): boolean {
  if (one === other || one.length > maxLength || other.length > maxLength) return false;
  return normalizeIssuer(one) === normalizeIssuer(other);
}

function normalizeIssuer(issuer: string): string {
  const text = issuer.trim();
  // The lookbehind keeps the time linear: without it, a match is tried from each slash in a row.
  return (URL.canParse(text) ? new URL(text).href : text.toLowerCase()).replace(/(?<!\/)\/+$/, "");
}
