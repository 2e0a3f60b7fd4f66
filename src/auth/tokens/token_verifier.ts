import type { Claims } from "../claims/claims.js";

/** Verifier of the user tokens of one pool. */
export interface TokenVerifier {
  /**
   * Resolves with the claims of a token that is valid in the pool and made for a user to sign in.
   *
   * @throws TicketError USER_UNAUTHENTICATED, USER_TOKEN_EXPIRED, or ISSUER_UNAVAILABLE with its cause.
   */
  verify(token: string): Promise<VerifiedToken>;
  /**
   * Resolves with the claims of a signed UserInfo response for a token that was issued to `clientId`.
   *
   * @throws Error when the response cannot be verified.
   */
  verifyUserInfo(jwt: string, clientId: string): Promise<Claims>;
}

/** Claims of a valid token, and how long they may be cached. */
export interface VerifiedToken {
  readonly claims: Claims;
  /** Undefined if the claims must not be cached. */
  readonly validity: Validity | undefined;
}

/** Period in which a verification remains valid. */
export interface Validity {
  /** Expiry of the token, by the wall clock. */
  readonly expiresAt: number;
  /** Time at which the verification becomes too old, by the monotonic clock. */
  readonly staleAt: number;
  /** Returns whether the keys that verified the token are unchanged. */
  isCurrent(): boolean;
}
