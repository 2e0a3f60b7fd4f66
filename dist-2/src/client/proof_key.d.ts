/**
 * A fresh code verifier of PKCE (RFC 7636): 256 random bits, 43 characters of base64url. Keep it where the sign-in was
 * begun and hand it to `exchangeUserInfo`; give `createTicket` only the {@link codeChallengeOf} it.
 */
export declare function createCodeVerifier(): string;
/**
 * The code challenge of a verifier by PKCE's method S256: 43 characters of base64url.
 *
 * @throws TypeError when the verifier is not 43 to 128 of the characters that RFC 7636 allows.
 */
export declare function codeChallengeOf(codeVerifier: string): string;
