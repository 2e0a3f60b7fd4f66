import { decodeJwt, errors, type JWTPayload, type JWTVerifyOptions } from "jose";
import type { Clock } from "../base/clock.js";
import type { UserPoolConfig, UserTokensConfig } from "../config/config.js";
import { TicketError } from "../domain/ticket_error.js";
import type { Approver, UserProfile } from "../domain/user.js";
import { type CircuitBreaker, createCircuitBreaker } from "./circuit_breaker.js";
import { type Claims, type OnDroppedClaim, profileOf, signInContextOf } from "./claims/claims.js";
import { createDroppedClaimReporter, type DroppedClaim } from "./claims/dropped_claim.js";
import { mergeClaims, pickClaims } from "./claims/merge_claims.js";
import { isPortableText } from "./claims/portable_text.js";
import { createKeySet, type KeySet, KeysUnavailableError } from "./keys/key_set.js";
import type { TokenSigner } from "./signing/token_signer.js";
import { explainUnmatchedToken } from "./tokens/explain_unmatched_token.js";
import { requireSignInToken } from "./tokens/token_purpose.js";
import { createVerifiedTokenCache } from "./tokens/verified_token_cache.js";
import { verifyJwt } from "./tokens/verify_jwt.js";
import { issuerUnavailable, userTokenExpired, userUnauthenticated } from "./user_errors.js";
import { fetchUserInfo, type UserInfo } from "./user_info.js";

/** Caller whose user token is genuine. */
export interface AuthenticatedUser {
  readonly approver: Approver;
  /**
   * Resolves with the user's current profile: the claims of the pool's UserInfo endpoint, merged with those of
   * the token by {@link mergeClaims}. Resolves with the profile of the token if the pool has no UserInfo
   * endpoint, or its response is too large or encrypted.
   *
   * @throws TicketError USER_UNAUTHENTICATED when the endpoint rejects the token or describes another user.
   * @throws TicketError ISSUER_UNAVAILABLE when it gives no usable response in time.
   * @throws the reason of `signal` when it aborts.
   */
  fetchProfile(signal?: AbortSignal): Promise<UserProfile>;
}

/** Authenticator of the calling user. */
export interface UserAuthenticator {
  /**
   * Resolves with the user whose token is in the values of the metadata key `authorization`.
   *
   * @throws TicketError USER_UNAUTHENTICATED, USER_TOKEN_EXPIRED, or ISSUER_UNAVAILABLE with its cause, each
   * with a fixed message.
   * @throws the reason of `signal` when it aborts.
   */
  authenticate(authorization: readonly string[], signal?: AbortSignal): Promise<AuthenticatedUser>;
}

export interface UserAuthenticatorOptions {
  readonly pools: readonly UserPoolConfig[];
  readonly userTokens: UserTokensConfig;
  /**
   * Signer of our own tokens for apps. They are not user tokens: no pool may have its issuer or one of its
   * keys.
   */
  readonly tokenIssuer?: Pick<TokenSigner, "issuer" | "owns"> | undefined;
  readonly clock: Clock;
  /** Callback for the log. Runs once for each dropped claim and cause. */
  readonly onDroppedClaim?: (dropped: DroppedClaim) => void;
}

/** User pool with its keys. */
interface PoolContext {
  readonly pool: UserPoolConfig;
  readonly keys: KeySet;
  /** Guards the pool's UserInfo endpoint. */
  readonly userInfoBreaker: CircuitBreaker;
  readonly onDroppedClaim: OnDroppedClaim;
}

/** Cached result of verifying a token. */
interface CachedUser {
  readonly poolContext: PoolContext;
  readonly approver: Approver;
  /** Claims of the token that can be part of a profile. */
  readonly claims: Claims;
}

/** Longest authorization value that is parsed, in characters. */
const maxLength = 16 * 1024;

const maxSubjectLength = 255;

// Upper limit of `cacheMaxAge`, in milliseconds. A key that its issuer removes may be accepted for this long.
const maxAge = 5 * 60 * 1000;

const bearerPattern = /^bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;

/**
 * Creates an authenticator for `Bearer <JWT>` (RFC 6750, RFC 7519). Issuer and audience select the pool; the
 * pool's keys and algorithms verify the token. The claims `exp`, `sub`, `iss` and `aud` are required.
 * Verified tokens are cached for a limited time.
 *
 * @throws Error when a pool's JWKS file cannot be used, or a pool has the issuer of our own tokens.
 */
export function createUserAuthenticator(options: UserAuthenticatorOptions): UserAuthenticator {
  const { clock, tokenIssuer, onDroppedClaim = () => {} } = options;
  const tokenSettings = {
    ...options.userTokens,
    cacheMaxAge: Math.min(options.userTokens.cacheMaxAge, maxAge),
  };
  const poolContexts = options.pools.map((pool): PoolContext => {
    if (pool.issuer === tokenIssuer?.issuer)
      throw new Error(`User pool ${pool.id} has the issuer of our own token issuer.`);
    return {
      pool,
      keys: createKeySet(pool, tokenSettings, clock, tokenIssuer),
      // A TicketError means that the endpoint rejected the token, so it is available.
      userInfoBreaker: createCircuitBreaker({ isFailure: (error) => !(error instanceof TicketError), clock }),
      onDroppedClaim: createDroppedClaimReporter(pool.id, onDroppedClaim),
    };
  });
  const cache = createVerifiedTokenCache<CachedUser>(tokenSettings.cacheSize, clock);

  function createVerifyOptions(pool: UserPoolConfig): JWTVerifyOptions {
    return {
      algorithms: [...pool.algorithms],
      clockTolerance: tokenSettings.clockTolerance / 1000,
      currentDate: new Date(clock.wallNow()),
    };
  }

  async function verify(token: string): Promise<CachedUser> {
    const poolContext = findPool(token, poolContexts);
    const { pool, keys } = poolContext;
    try {
      const { header, claims, generation } = await verifyJwt(token, keys, () => ({
        ...createVerifyOptions(pool),
        issuer: pool.issuer,
        audience: [...pool.audience],
        requiredClaims: ["exp", "sub", "iss", "aud"],
      }));
      requireSignInToken(header, claims);
      const user = toCachedUser(poolContext, claims);
      if (generation !== undefined) {
        const expiresAt = Number(claims.exp) * 1000;
        const staleAt = clock.now() + tokenSettings.cacheMaxAge;
        cache.set(token, { value: user, keys, generation, expiresAt, staleAt });
      }
      return user;
    } catch (error) {
      if (error instanceof KeysUnavailableError) throw issuerUnavailable(pool.id, error.cause);
      throw toTicketError(error);
    }
  }

  async function fullProfile(user: CachedUser, token: string, signal?: AbortSignal): Promise<UserProfile> {
    const { poolContext, approver } = user;
    const { pool } = poolContext;
    const uri = pool.userInfoUri;
    if (uri === undefined) return approver.profile;
    signal?.throwIfAborted();
    let userInfo: UserInfo;
    try {
      const { subject } = approver;
      const timeout = tokenSettings.issuerTimeout;
      const verifyResponse = (jwt: string) => verifiedUserInfo(jwt, user);
      const request = { uri, token, subject, timeout, clock, signal, verify: verifyResponse };
      userInfo = await poolContext.userInfoBreaker.run(() => fetchUserInfo(request), { id: subject, signal });
    } catch (error) {
      if (error instanceof TicketError) throw error;
      signal?.throwIfAborted();
      throw issuerUnavailable(pool.id, error);
    }
    if ("unusable" in userInfo) {
      poolContext.onDroppedClaim("UserInfo", userInfo.unusable);
      return approver.profile;
    }
    const claims = mergeClaims(pool, user.claims, userInfo.claims);
    const profile = profileOf(pool, claims, poolContext.onDroppedClaim);
    if (!profile) throw new Error("the merged profile has no user id");
    return profile;
  }

  /**
   * Resolves with the claims of a signed UserInfo response, which may omit issuer and audience (OpenID Connect
   * Core, section 5.3.2).
   */
  async function verifiedUserInfo(jwt: string, { poolContext, approver }: CachedUser): Promise<Claims> {
    const { pool, keys } = poolContext;
    try {
      const { claims } = await verifyJwt(jwt, keys, () => createVerifyOptions(pool));
      const { iss = pool.issuer, aud = [...pool.audience] } = claims;
      const audience: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
      // The response is addressed to the client that the token was issued to.
      const isForClient = [...pool.audience, approver.signIn.clientId].some((name) =>
        audience.includes(name),
      );
      if (iss !== pool.issuer || !isForClient)
        throw new Error("The signed UserInfo response is not addressed to the token's client.");
      return claims;
    } catch (error) {
      // Errors of jose may contain the claims.
      throw error instanceof errors.JOSEError
        ? new Error(`The signed UserInfo response cannot be verified: ${error.code}.`)
        : error;
    }
  }

  return {
    async authenticate(authorization, signal) {
      signal?.throwIfAborted();
      const token = readBearerToken(authorization);
      const user = cache.get(token) ?? (await withAbort(verify(token), signal));
      return {
        approver: user.approver,
        fetchProfile: (profileSignal) => fullProfile(user, token, profileSignal),
      };
    },
  };
}

function readBearerToken(authorization: readonly string[]): string {
  const [value] = authorization;
  if (value === undefined || authorization.length !== 1) {
    throw userUnauthenticated("There must be exactly one authorization value.");
  }
  if (value.length > maxLength) throw userUnauthenticated("The authorization value is too long.");
  const token = bearerPattern.exec(value)?.[1];
  if (token === undefined) throw userUnauthenticated("The authorization value is not a Bearer token.");
  return token;
}

/**
 * Returns the only pool that matches issuer and audience. The signature is not yet verified, so the result
 * only selects the keys.
 */
function findPool(token: string, poolContexts: readonly PoolContext[]): PoolContext {
  let claims: JWTPayload;
  try {
    claims = decodeJwt(token);
  } catch (error) {
    throw toTicketError(error);
  }
  const audience: unknown[] = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  const [poolContext, ...others] = poolContexts.filter(
    ({ pool }) => pool.issuer === claims.iss && pool.audience.some((name) => audience.includes(name)),
  );
  if (!poolContext) {
    const pools = poolContexts.map(({ pool }) => pool);
    throw userUnauthenticated(explainUnmatchedToken(claims, pools));
  }
  if (others.length > 0) throw userUnauthenticated("The token's audience matches several user pools.");
  return poolContext;
}

function toCachedUser(poolContext: PoolContext, claims: Claims): CachedUser {
  const { pool } = poolContext;
  const { sub } = claims;
  if (typeof sub !== "string" || sub === "" || sub.length > maxSubjectLength || !isPortableText(sub)) {
    throw userUnauthenticated("The claim sub is not a text of 1 to 255 characters.");
  }
  const profile = profileOf(pool, claims, poolContext.onDroppedClaim);
  if (!profile) throw userUnauthenticated("The token has no usable user id.");
  const approver: Approver = {
    userPoolId: pool.id,
    issuer: pool.issuer,
    subject: sub,
    profile,
    signIn: signInContextOf(claims),
  };
  return { poolContext, approver, claims: pickClaims(pool, claims) };
}

/** Returns the error to throw in place of an error of jose, which may contain the claims of the token. */
function toTicketError(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return userTokenExpired();
  if (error instanceof errors.JWTClaimValidationFailed)
    return userUnauthenticated(`${error.code} ${error.claim}`);
  return error instanceof errors.JOSEError ? userUnauthenticated(error.code) : error;
}

/**
 * Resolves like `promise`, or rejects with the reason of `signal`. Does not cancel the work, which other
 * callers may share.
 */
function withAbort<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
