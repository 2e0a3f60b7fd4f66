import { LRUCache } from "lru-cache";
import type { Clock } from "../../base/clock.js";
import type { UserTokensConfig } from "../../config/config.js";
import { sha256 } from "../../domain/secrets.js";
import type { TicketError } from "../../domain/ticket_error.js";
import type { OnIssuerCall } from "../auth_observer.js";
import { createCircuitBreaker } from "../circuit_breaker.js";
import { type Claims, claimOf } from "../claims/claims.js";
import type { OutgoingRequests } from "../outgoing/outgoing_requests.js";
import type { TokenVerifier, VerifiedToken } from "../tokens/token_verifier.js";
import { issuerUnavailable, userTokenExpired, userUnauthenticated } from "../user_errors.js";
import { findRejection, type IntrospectionPool } from "./find_rejection.js";
import { requestIntrospection, UnusableResponseError } from "./introspection_request.js";

/** Maximum number of requests in progress. Each unknown token causes one, and anybody can send tokens. */
const maxRequests = 100;

/** Longest time for which a rejection is cached, in milliseconds. */
const rejectionMaxAge = 10_000;

/** Dependencies of a verifier that asks an endpoint. */
interface IntrospectionDependencies {
  readonly clock: Clock;
  readonly outgoing: OutgoingRequests;
  readonly onCall?: OnIssuerCall | undefined;
}

/** Rejected token. */
interface Rejection {
  readonly cause: string;
  readonly staleAt: number;
}

/**
 * Creates a verifier that asks the pool's introspection endpoint about each token (RFC 7662). Calls with the same
 * token share a request. Rejections are cached apart from valid tokens, so that a flood of wrong tokens evicts none of
 * those.
 */
export function createIntrospectionVerifier(
  pool: IntrospectionPool,
  { cacheSize, clockTolerance, issuerTimeout }: UserTokensConfig,
  { clock, outgoing, onCall }: IntrospectionDependencies,
): TokenVerifier {
  const { introspection } = pool;
  const { cacheMaxAge } = introspection;
  // An unusable response may be the fault of the token, so it does not count against the endpoint.
  const isFailure = (error: unknown) => !(error instanceof UnusableResponseError);
  const breaker = createCircuitBreaker({ isFailure, clock, onCall });
  const rejections = new LRUCache<string, Rejection>({ max: cacheSize });
  /** Requests in progress, by the SHA-256 of their token. */
  const requests = new Map<string, Promise<VerifiedToken>>();

  async function introspect(token: string, digest: string): Promise<VerifiedToken> {
    const startedAt = clock.now();
    const result = await request(token);
    if ("rejection" in result) throw reject(digest, result.rejection, startedAt);
    const { claims } = result;
    const rejection = findRejection(pool, claims);
    if (rejection !== undefined) throw reject(digest, rejection, startedAt);
    const validity = {
      expiresAt: checkTimes(claims),
      staleAt: startedAt + cacheMaxAge,
      isCurrent: () => true,
    };
    return { claims, validity: cacheMaxAge > 0 ? validity : undefined };
  }

  function reject(digest: string, cause: string, startedAt: number): TicketError {
    rejections.set(digest, { cause, staleAt: startedAt + Math.min(rejectionMaxAge, cacheMaxAge) });
    return userUnauthenticated(cause);
  }

  async function request(token: string) {
    try {
      return await breaker.run(() =>
        requestIntrospection(token, introspection, { timeout: issuerTimeout, clock, outgoing }),
      );
    } catch (error) {
      throw issuerUnavailable(pool.id, error);
    }
  }

  /** Returns the expiry of the token in milliseconds; infinity if the endpoint states none. */
  function checkTimes(claims: Claims): number {
    const now = clock.wallNow();
    const expiresAt = timeOf(claims, "exp") ?? Number.POSITIVE_INFINITY;
    const notBefore = timeOf(claims, "nbf") ?? 0;
    if (expiresAt + clockTolerance <= now) throw userTokenExpired();
    if (notBefore - clockTolerance > now) throw userUnauthenticated("The token is not valid yet (nbf).");
    return expiresAt;
  }

  function timeOf(claims: Claims, name: string): number | undefined {
    const seconds = claimOf(claims, name);
    if (seconds === undefined) return undefined;
    if (typeof seconds === "number") return seconds * 1000;
    throw issuerUnavailable(
      pool.id,
      new Error(`The member ${name} of the introspection response is not a number.`),
    );
  }

  return {
    async verify(token) {
      const digest = sha256(token);
      const rejection = rejections.peek(digest);
      if (rejection && clock.now() < rejection.staleAt) throw userUnauthenticated(rejection.cause);
      const shared = requests.get(digest);
      if (shared !== undefined) return shared;
      if (requests.size >= maxRequests)
        throw issuerUnavailable(pool.id, new Error(`${maxRequests} introspection requests are in progress.`));
      const verification = introspect(token, digest).finally(() => requests.delete(digest));
      requests.set(digest, verification);
      return verification;
    },

    async verifyUserInfo() {
      throw new Error(
        "A signed UserInfo response needs keys, and the user pool has an introspection endpoint.",
      );
    },
  };
}
