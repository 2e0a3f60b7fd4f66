/**
 * Returns whether two issuers differ in nothing but their spelling: capitals of scheme and host, a default port, slashes at the
 * end. They are two issuers all the same, since tokens are compared with them exactly (OpenID Connect Core 1.0, section 3.1.3.7).
 * False for two that are equal.
 */
export function nearIssuer(one: string, other: string): boolean {
  return one !== other && spelling(one) === spelling(other);
}

function spelling(issuer: string): string {
  const text = issuer.trim();
  return (URL.canParse(text) ? new URL(text).href : text.toLowerCase()).replace(/\/+$/, "");
}
