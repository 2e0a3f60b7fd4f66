import { createHash, randomBytes } from "node:crypto";

/**
 * A fresh code verifier of PKCE (RFC 7636): 256 random bits, 43 characters of base64url. Keep it where the sign-in was
 * begun and hand it to `exchangeUserInfo`; give `createTicket` only the {@link codeChallengeOf} it.
 */
export function createCodeVerifier(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * The code challenge of a verifier by PKCE's method S256: 43 characters of base64url.
 *
 * @throws TypeError when the verifier is not 43 to 128 of the characters that RFC 7636 allows.
 */
export function codeChallengeOf(codeVerifier: string): string {
  if (!/^[A-Za-z0-9\-._~]{43,128}$/.test(codeVerifier)) {
    throw new TypeError("A code verifier is 43 to 128 of A-Z, a-z, 0-9, '-', '.', '_' and '~' (RFC 7636)");
  }
  return createHash("sha256").update(codeVerifier, "ascii").digest("base64url");
}
