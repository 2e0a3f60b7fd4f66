/** Endpoint of an issuer, or its key file. */
export type IssuerEndpoint = "jwks" | "introspection" | "userinfo";

/**
 * Outcome of a call to an issuer: `rejected` if the endpoint answered and refused the token, `failed` if it gave no
 * usable answer, `aborted` if the caller gave up, `not_made` if recent failures prevented the call.
 */
export type IssuerCallOutcome = (typeof issuerCallOutcomes)[number];

export const issuerCallOutcomes = ["succeeded", "rejected", "failed", "aborted", "not_made"] as const;

/** Receives a call to an issuer when it ends. */
export type OnIssuerCall = (outcome: IssuerCallOutcome, durationMs: number) => void;

/** Receives what the authentication of users does, for metrics. */
export interface AuthObserver {
  /** Returns the observer of an endpoint. Called once for each that the configuration has, and after a reload. */
  ofEndpoint(userPoolId: string, endpoint: IssuerEndpoint): OnIssuerCall;
  /** Called for each user token, with whether its verification was cached. */
  onTokenLookup(isCached: boolean): void;
  /** Called after each change of the number of cached tokens. */
  onTokenCacheSize(size: number): void;
}
