/** Endpoint of an issuer, or its key file. */
export type IssuerEndpoint = "jwks" | "introspection" | "userinfo";

/**
 * Outcome of a call to an issuer: `rejected` if the endpoint answered and refused the token, `failed` if it gave no
 * usable answer, `aborted` if the caller gave up, `not_made` if recent failures prevented the call.
 */
export type IssuerCallOutcome = "succeeded" | "rejected" | "failed" | "aborted" | "not_made";

/** Receives what the authentication of users does, for metrics. */
export interface AuthObserver {
  onIssuerCall(
    userPoolId: string,
    endpoint: IssuerEndpoint,
    outcome: IssuerCallOutcome,
    durationMs: number,
  ): void;
  /** Called for each user token, with whether its verification was cached. */
  onTokenLookup(isCached: boolean): void;
  /** Called after each change of the number of cached tokens. */
  onTokenCacheSize(size: number): void;
}
