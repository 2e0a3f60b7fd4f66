import { createHash, randomBytes } from "node:crypto";

/**
 * Returns a new PKCE code verifier (RFC 7636): 256 random bits, 43 characters of base64url. Keep it where the sign-in
 * began, and pass it to `exchangeUserInfo`. Pass only its {@link codeChallengeOf} to `createTicket`.
 */
export function createCodeVerifier(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * Returns the code challenge of a verifier by PKCE's method S256: 43 characters of base64url.
 *
 * @throws TypeError when the verifier does not consist of 43 to 128 characters that RFC 7636 allows.
 */
export function codeChallengeOf(codeVerifier: string): string {
  if (!/^[A-Za-z0-9\-._~]{43,128}$/.test(codeVerifier)) {
    throw new TypeError(
      "A code verifier must have 43 to 128 characters of A-Z, a-z, 0-9, '-', '.', '_' and '~' (RFC 7636)",
    );
  }
  return createHash("sha256").update(codeVerifier, "ascii").digest("base64url");
}
