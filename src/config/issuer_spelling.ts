/** Longest issuer that is compared, in characters: strangers choose those that come in tokens. */
const maxLength = 2_048;

/**
 * Returns whether two issuers differ in nothing but their spelling: capitals of scheme and host, a default port, slashes at the
 * end. They are two issuers all the same, since tokens are compared with them exactly (OpenID Connect Core 1.0, section 3.1.3.7).
 * False for two that are equal, and where one has more than 2,048 characters.
 */
export function differOnlyInSpelling(one: string, other: string): boolean {
  if (one === other || one.length > maxLength || other.length > maxLength) return false;
  return normalizeIssuer(one) === normalizeIssuer(other);
}

function normalizeIssuer(issuer: string): string {
  const text = issuer.trim();
  // The lookbehind keeps the time linear: without it each slash of a row is tried as the first one.
  return (URL.canParse(text) ? new URL(text).href : text.toLowerCase()).replace(/(?<!\/)\/+$/, "");
}
