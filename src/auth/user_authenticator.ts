import type { Clock } from "../base/clock.js";
import type { UserPoolConfig, UserTokensConfig } from "../config/config.js";
import { TicketError } from "../domain/ticket_error.js";
import type { Approver, UserProfile } from "../domain/user.js";
import type { AuthObserver, IssuerEndpoint } from "./auth_observer.js";
import { type CircuitBreaker, createCircuitBreaker } from "./circuit_breaker.js";
import { type Claims, type OnDroppedClaim, profileOf, signInContextOf } from "./claims/claims.js";
import { createDroppedClaimReporter, type DroppedClaim } from "./claims/dropped_claim.js";
import { mergeClaims, pickClaims } from "./claims/merge_claims.js";
import { isPortableText } from "./claims/portable_text.js";
import { createIntrospectionVerifier } from "./introspection/introspection_verifier.js";
import { createKeySet, type KeySetDependencies } from "./keys/key_set.js";
import { directRequests, type OutgoingRequests } from "./outgoing/outgoing_requests.js";
import type { TokenSigner } from "./signing/token_signer.js";
import { readBearerToken } from "./tokens/bearer_token.js";
import { createJwtVerifier } from "./tokens/jwt_verifier.js";
import { selectPool } from "./tokens/select_pool.js";
import type { TokenVerifier } from "./tokens/token_verifier.js";
import { createVerifiedTokenCache, type VerifiedTokenCache } from "./tokens/verified_token_cache.js";
import { issuerUnavailable, userUnauthenticated } from "./user_errors.js";
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
  /**
   * Returns an authenticator of other pools and another signer. A pool that is the same keeps the keys that were
   * fetched and the tokens that were verified. Keys in files are read again. Nothing is kept of a pool that has changed
   * or is gone.
   *
   * @throws Error under the conditions of {@link createUserAuthenticator}.
   */
  renew(identities: Pick<UserAuthenticatorOptions, "pools" | "tokenIssuer">): UserAuthenticator;
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
  /** Way to the endpoints of issuers. Direct by default. */
  readonly outgoing?: OutgoingRequests;
  /** Callback for the log. Runs once for each dropped claim and cause. */
  readonly onDroppedClaim?: (dropped: DroppedClaim) => void;
  readonly observer?: AuthObserver | undefined;
}

/** User pool with the verifier of its tokens. */
interface PoolContext {
  readonly pool: UserPoolConfig;
  readonly verifier: TokenVerifier;
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

const maxSubjectLength = 255;

// Upper limit of `cacheMaxAge`, in milliseconds. A key that its issuer removes may be accepted for this long.
const maxAge = 5 * 60 * 1000;

/**
 * Creates an authenticator for `Bearer <token>` (RFC 6750). {@link selectPool} selects the pool, whose keys or
 * introspection endpoint verify the token. Verified tokens are cached for a limited time.
 *
 * @throws Error when a pool's JWKS file cannot be used, or a pool has the issuer of our own tokens.
 */
export function createUserAuthenticator(options: UserAuthenticatorOptions): UserAuthenticator {
  const cache = createVerifiedTokenCache<CachedUser>(options.userTokens.cacheSize, options.clock);
  return createWithContexts(options, cache, []);
}

/** @param reusable Contexts that an equal pool takes over. */
function createWithContexts(
  options: UserAuthenticatorOptions,
  cache: VerifiedTokenCache<CachedUser>,
  reusable: readonly PoolContext[],
): UserAuthenticator {
  const { clock, outgoing = directRequests, tokenIssuer, onDroppedClaim = () => {}, observer } = options;
  const tokenSettings = {
    ...options.userTokens,
    cacheMaxAge: Math.min(options.userTokens.cacheMaxAge, maxAge),
  };
  const poolContexts = options.pools.map((pool): PoolContext => {
    if (pool.issuer === tokenIssuer?.issuer)
      throw new Error(`User pool ${pool.id} has the issuer of our own token issuer.`);
    const same = reusable.find((context) => verifiesAlike(context.pool, pool));
    if (same) return same;
    const onCallTo = (endpoint: IssuerEndpoint) => observer?.ofEndpoint(pool.id, endpoint);
    return {
      pool,
      verifier: createVerifier(pool, tokenSettings, {
        ...{ clock, outgoing, signer: tokenIssuer },
        onCall: onCallTo(pool.introspection ? "introspection" : "jwks"),
      }),
      // A TicketError means that the endpoint rejected the token, so it is available.
      userInfoBreaker: createCircuitBreaker({
        isFailure: (error) => !(error instanceof TicketError),
        clock,
        onCall: pool.userInfoUri === undefined ? undefined : onCallTo("userinfo"),
      }),
      onDroppedClaim: createDroppedClaimReporter(pool.id, onDroppedClaim),
    };
  });

  /** Returns the cached user of a token, if its pool is one of this authenticator. */
  function cachedUser(token: string): CachedUser | undefined {
    const user = cache.get(token);
    return user && poolContexts.includes(user.poolContext) ? user : undefined;
  }

  async function verify(token: string): Promise<CachedUser> {
    const poolContext = selectPool(token, poolContexts);
    const { claims, validity } = await poolContext.verifier.verify(token);
    const user = toCachedUser(poolContext, claims);
    if (validity) {
      cache.set(token, { value: user, validity });
      observer?.onTokenCacheSize(cache.size);
    }
    return user;
  }

  async function fullProfile(user: CachedUser, token: string, signal?: AbortSignal): Promise<UserProfile> {
    const { poolContext, approver } = user;
    const { pool } = poolContext;
    const uri = pool.userInfoUri;
    if (uri === undefined) return approver.profile;
    signal?.throwIfAborted();
    let userInfo: UserInfo;
    try {
      const { subject, signIn } = approver;
      const timeout = tokenSettings.issuerTimeout;
      const verifyResponse = (jwt: string) => poolContext.verifier.verifyUserInfo(jwt, signIn.clientId);
      const request = {
        ...{ uri, token, subject, timeout, clock, outgoing, signal },
        verify: verifyResponse,
      };
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

  return {
    async authenticate(authorization, signal) {
      signal?.throwIfAborted();
      const token = readBearerToken(authorization);
      const cached = cachedUser(token);
      observer?.onTokenLookup(cached !== undefined);
      const user = cached ?? (await withAbort(verify(token), signal));
      return {
        approver: user.approver,
        fetchProfile: (profileSignal) => fullProfile(user, token, profileSignal),
      };
    },
    renew(identities) {
      // Another signer has other keys, which no pool may have. That is checked where keys are read.
      const isSameSigner = identities.tokenIssuer === tokenIssuer;
      return createWithContexts({ ...options, ...identities }, cache, isSameSigner ? poolContexts : []);
    },
  };
}

/**
 * Returns whether two configurations of a pool verify tokens in the same way. The contents of a file may have changed,
 * so a pool with keys in a file is never the same.
 */
function verifiesAlike(before: UserPoolConfig, after: UserPoolConfig): boolean {
  const settingsOf = ({ policy, ...settings }: UserPoolConfig) => JSON.stringify(settings);
  const isInFile = after.keys !== undefined && "jwksFile" in after.keys;
  return !isInFile && settingsOf(before) === settingsOf(after);
}

function createVerifier(
  pool: UserPoolConfig,
  tokens: UserTokensConfig,
  dependencies: KeySetDependencies,
): TokenVerifier {
  const { keys, introspection } = pool;
  if (introspection) return createIntrospectionVerifier({ ...pool, introspection }, tokens, dependencies);
  if (!keys) throw new Error(`User pool ${pool.id} has neither keys nor an introspection endpoint.`);
  return createJwtVerifier(
    pool,
    createKeySet({ ...pool, keys }, tokens, dependencies),
    tokens,
    dependencies.clock,
  );
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
