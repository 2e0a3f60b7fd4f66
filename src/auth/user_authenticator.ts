import { decodeJwt, errors, type JWTPayload, type JWTVerifyOptions } from "jose";
import type { Clock } from "../base/clock.js";
import type { UserPoolConfig, UserTokensConfig } from "../config/config.js";
import { TicketError } from "../domain/ticket_error.js";
import type { Approver, UserProfile } from "../domain/user.js";
import { type CircuitBreaker, createCircuitBreaker } from "./circuit_breaker.js";
import { isPortableText } from "./claims/additional_claims.js";
import { type Claims, type OnDroppedClaim, profileOf, signInContextOf } from "./claims/claims.js";
import { createDroppedClaimReporter, type DroppedClaim } from "./claims/dropped_claim.js";
import { mergeClaims, pickClaims } from "./claims/merge_claims.js";
import { createKeySet, type KeySet, KeysUnavailableError } from "./keys/key_set.js";
import type { TokenSigner } from "./signing/token_signer.js";
import { explainUnmatchedToken } from "./tokens/explain_unmatched_token.js";
import { requireSignInToken } from "./tokens/token_purpose.js";
import { createVerifiedTokenCache } from "./tokens/verified_token_cache.js";
import { verifyJwt } from "./tokens/verify_jwt.js";
import { issuerUnavailable, userTokenExpired, userUnauthenticated } from "./user_errors.js";
import { fetchUserInfo, type UserInfo } from "./user_info.js";

/** A caller whose user token is genuine. */
export interface AuthenticatedUser {
  readonly approver: Approver;
  /**
   * Returns the user as the pool's UserInfo endpoint describes them now, the token filling the gaps; as the token does where the
   * pool has no such endpoint, or the answer is too large or encrypted. See {@link mergeClaims} for what comes from where.
   *
   * @throws TicketError USER_UNAUTHENTICATED when the endpoint refuses the token or speaks of another user, ISSUER_UNAVAILABLE
   * when it gives no usable answer in time; the reason of `signal` when that ends the wait.
   */
  fetchProfile(signal?: AbortSignal): Promise<UserProfile>;
}

/** Tells which user calls. */
export interface UserAuthenticator {
  /**
   * The user whose token stands in the values of the metadata key `authorization`.
   *
   * @throws TicketError USER_UNAUTHENTICATED, USER_TOKEN_EXPIRED, or ISSUER_UNAVAILABLE with its cause, each with one fixed text;
   * the reason of `signal` when that ends the wait.
   */
  authenticate(authorization: readonly string[], signal?: AbortSignal): Promise<AuthenticatedUser>;
}

export interface UserAuthenticatorOptions {
  readonly pools: readonly UserPoolConfig[];
  readonly userTokens: UserTokensConfig;
  /** What signs our own tokens for the apps. They are no user tokens: no pool may have this issuer or one of its keys. */
  readonly tokenIssuer?: Pick<TokenSigner, "issuer" | "owns"> | undefined;
  readonly clock: Clock;
  /** Called once for each claim that is left out and each cause, for the log. */
  readonly onDroppedClaim?: (leftOut: DroppedClaim) => void;
}

/** A user pool and its keys. */
interface PoolContext {
  readonly pool: UserPoolConfig;
  readonly keys: KeySet;
  /** Guards the pool's UserInfo endpoint. */
  readonly userInfoBreaker: CircuitBreaker;
  readonly onDroppedClaim: OnDroppedClaim;
}

/** What is remembered of a verified token. */
interface CachedUser {
  readonly poolContext: PoolContext;
  readonly approver: Approver;
  /** The token's claims that a profile can be made of. */
  readonly claims: Claims;
}

/** Longest token that is looked at, in characters. */
const maxLength = 16 * 1024;

const maxSubjectLength = 255;

// Whatever the configuration says: this long a key that has left its JWKS may still be believed.
const maxAge = 5 * 60 * 1000;

const bearerPattern = /^bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;

/**
 * Knows users by `Bearer <JWT>` (RFC 6750, RFC 7519). Issuer and audience choose the pool, the pool's keys and algorithms
 * prove the token; `exp`, `sub`, `iss` and `aud` must be there and right. Verified tokens are remembered for a while.
 *
 * @throws Error when a pool's JWKS file cannot be used, or a pool has the issuer of our own tokens.
 */
export function createUserAuthenticator(options: UserAuthenticatorOptions): UserAuthenticator {
  const { clock, tokenIssuer, onDroppedClaim = () => {} } = options;
  const tokens = { ...options.userTokens, cacheMaxAge: Math.min(options.userTokens.cacheMaxAge, maxAge) };
  const poolContexts = options.pools.map((pool): PoolContext => {
    if (pool.issuer === tokenIssuer?.issuer)
      throw new Error(`User pool ${pool.id} has our own token issuer.`);
    return {
      pool,
      keys: createKeySet(pool, tokens, clock, tokenIssuer),
      // An endpoint that refuses the token is there.
      userInfoBreaker: createCircuitBreaker({ isFailure: (error) => !(error instanceof TicketError), clock }),
      onDroppedClaim: createDroppedClaimReporter(pool.id, onDroppedClaim),
    };
  });
  const cache = createVerifiedTokenCache<CachedUser>(tokens.cacheSize, clock);

  function createVerifyOptions(pool: UserPoolConfig): JWTVerifyOptions {
    return {
      algorithms: [...pool.algorithms],
      clockTolerance: tokens.clockTolerance / 1000,
      currentDate: new Date(clock.wallNow()),
    };
  }

  async function verify(token: string): Promise<CachedUser> {
    const tenant = findPool(token, poolContexts);
    const { pool, keys } = tenant;
    try {
      const { header, claims, generation } = await verifyJwt(token, keys, () => ({
        ...createVerifyOptions(pool),
        issuer: pool.issuer,
        audience: [...pool.audience],
        requiredClaims: ["exp", "sub", "iss", "aud"],
      }));
      requireSignInToken(header, claims);
      const user = toCachedUser(tenant, claims);
      if (generation !== undefined) {
        const expiresAt = Number(claims.exp) * 1000;
        const staleAt = clock.now() + tokens.cacheMaxAge;
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
      const timeout = tokens.issuerTimeout;
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
    if (!profile) throw new Error("a profile has lost the user id of its token");
    return profile;
  }

  /** Returns the claims of a signed UserInfo answer. It may leave out issuer and audience (OpenID Connect Core, section 5.3.2). */
  async function verifiedUserInfo(jwt: string, { poolContext, approver }: CachedUser): Promise<Claims> {
    const { pool, keys } = poolContext;
    try {
      const { claims } = await verifyJwt(jwt, keys, () => createVerifyOptions(pool));
      const { iss = pool.issuer, aud = [...pool.audience] } = claims;
      const audience: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
      // The endpoint answers the client that the token was issued to.
      const isForClient = [...pool.audience, approver.signIn.clientId].some((name) =>
        audience.includes(name),
      );
      if (iss !== pool.issuer || !isForClient)
        throw new Error("The signed UserInfo answer is not for the token's client.");
      return claims;
    } catch (error) {
      // Errors of jose may hold the claims.
      throw error instanceof errors.JOSEError
        ? new Error(`The signed UserInfo answer cannot be verified: ${error.code}.`)
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
    throw userUnauthenticated("There is not exactly one authorization value.");
  }
  if (value.length > maxLength) throw userUnauthenticated("The authorization value is too long.");
  const token = bearerPattern.exec(value)?.[1];
  if (token === undefined) throw userUnauthenticated("The authorization value is no Bearer token.");
  return token;
}

/** The one tenant that issuer and audience name. Read before the signature is checked, so it only says whose keys to try. */
function findPool(token: string, tenants: readonly PoolContext[]): PoolContext {
  let claims: JWTPayload;
  try {
    claims = decodeJwt(token);
  } catch (error) {
    throw toTicketError(error);
  }
  const audience: unknown[] = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  const [tenant, ...others] = tenants.filter(
    ({ pool }) => pool.issuer === claims.iss && pool.audience.some((name) => audience.includes(name)),
  );
  if (!tenant) {
    const pools = tenants.map(({ pool }) => pool);
    throw userUnauthenticated(explainUnmatchedToken(claims, pools));
  }
  if (others.length > 0) throw userUnauthenticated("The audience names several user pools.");
  return tenant;
}

function toCachedUser(poolContext: PoolContext, claims: Claims): CachedUser {
  const { pool } = poolContext;
  const { sub } = claims;
  if (typeof sub !== "string" || sub === "" || sub.length > maxSubjectLength || !isPortableText(sub)) {
    throw userUnauthenticated("The claim sub is not a text of 1 to 255 characters.");
  }
  const profile = profileOf(pool, claims, poolContext.onDroppedClaim);
  if (!profile) throw userUnauthenticated("The token tells no usable user id.");
  const approver: Approver = {
    userPoolId: pool.id,
    issuer: pool.issuer,
    subject: sub,
    profile,
    signIn: signInContextOf(claims),
  };
  return { poolContext, approver, claims: pickClaims(pool, claims) };
}

/** What to throw instead of an error of jose, which may hold the claims of the token. */
function toTicketError(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return userTokenExpired();
  if (error instanceof errors.JWTClaimValidationFailed)
    return userUnauthenticated(`${error.code} ${error.claim}`);
  return error instanceof errors.JOSEError ? userUnauthenticated(error.code) : error;
}

/** Waits no longer than the caller does. What was begun goes on, for others who want it. */
function withAbort<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
