import { decodeJwt, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from "jose";
import type { TokensConfig, UserPoolConfig } from "../config/config.js";
import type { Clock } from "../domain/clock.js";
import { Refusal } from "../domain/refusal.js";
import type { Approver, UserProfile } from "../domain/user.js";
import { type CircuitBreaker, createCircuitBreaker } from "./circuit_breaker.js";
import { type Claims, pickedClaims, profileOf, signInOf } from "./claims.js";
import { createKeySet, type KeySet, KeysUnavailable } from "./key_set.js";
import type { TokenSigner } from "./token_signer.js";
import { unmatchedToken } from "./unmatched_token.js";
import { fetchUserInfo } from "./user_info.js";
import { issuerUnavailable, userTokenExpired, userUnauthenticated } from "./user_refusals.js";
import { createVerifiedTokens } from "./verified_tokens.js";

/** A caller whose user token is genuine. */
export interface AuthenticatedUser {
  readonly approver: Approver;
  /**
   * The user as the pool's UserInfo endpoint describes them now, the token filling the gaps; as the token does where the
   * pool has no such endpoint.
   *
   * @throws Refusal USER_UNAUTHENTICATED when the endpoint refuses the token or speaks of another user, ISSUER_UNAVAILABLE
   * when it gives no usable answer in time; the reason of `signal` when that ends the wait.
   */
  fullProfile(signal?: AbortSignal): Promise<UserProfile>;
}

/** Tells which user calls. */
export interface UserAuthenticator {
  /**
   * The user whose token stands in the values of the metadata key `authorization`.
   *
   * @throws Refusal USER_UNAUTHENTICATED, USER_TOKEN_EXPIRED, or ISSUER_UNAVAILABLE with its cause, each with one fixed text;
   * the reason of `signal` when that ends the wait.
   */
  authenticate(authorization: readonly string[], signal?: AbortSignal): Promise<AuthenticatedUser>;
}

export interface UserAuthenticatorOptions {
  readonly pools: readonly UserPoolConfig[];
  readonly tokens: TokensConfig;
  /** What signs our own tokens for the apps. They are no user tokens: no pool may have this issuer or one of its keys. */
  readonly tokenIssuer?: Pick<TokenSigner, "issuer" | "owns"> | undefined;
  readonly clock: Clock;
}

/** A user pool and its keys. */
interface Tenant {
  readonly pool: UserPoolConfig;
  readonly keys: KeySet;
  /** Guards the pool's UserInfo endpoint. */
  readonly userInfo: CircuitBreaker;
}

/** What is remembered of a verified token. */
interface VerifiedUser {
  readonly tenant: Tenant;
  readonly approver: Approver;
  /** The token's claims that a profile can be made of. */
  readonly claims: Claims;
}

/** Longest token that is looked at, in characters. */
const maxLength = 16 * 1024;

const maxSubjectLength = 255;

// Whatever the configuration says: this long a key that has left its JWKS may still be believed.
const maxAge = 5 * 60 * 1000;

const bearer = /^bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;

/**
 * Knows users by `Bearer <JWT>` (RFC 6750, RFC 7519). Issuer and audience choose the pool, the pool's keys and algorithms
 * prove the token; `exp`, `sub`, `iss` and `aud` must be there and right. Verified tokens are remembered for a while.
 *
 * @throws Error when a pool's JWKS file cannot be used, or a pool has the issuer of our own tokens.
 */
export function createUserAuthenticator(options: UserAuthenticatorOptions): UserAuthenticator {
  const { clock, tokenIssuer } = options;
  const tokens = { ...options.tokens, cacheMaxAge: Math.min(options.tokens.cacheMaxAge, maxAge) };
  const tenants = options.pools.map((pool): Tenant => {
    if (pool.issuer === tokenIssuer?.issuer)
      throw new Error(`User pool ${pool.id} has our own token issuer.`);
    return {
      pool,
      keys: createKeySet(pool, tokens, clock, tokenIssuer),
      // An endpoint that refuses the token is there.
      userInfo: createCircuitBreaker({ isFailure: (error) => !(error instanceof Refusal), clock }),
    };
  });
  const verified = createVerifiedTokens<VerifiedUser>(tokens.cacheSize, clock);

  async function verify(token: string): Promise<VerifiedUser> {
    const tenant = tenantOf(token, tenants);
    const { pool, keys } = tenant;
    try {
      await keys.refresh();
      const generation = keys.generation();
      const until = clock.now() + tokens.cacheMaxAge;
      const claims = await verifiedClaims(token, keys, {
        issuer: pool.issuer,
        audience: [...pool.audience],
        algorithms: [...pool.algorithms],
        requiredClaims: ["exp", "sub", "iss", "aud"],
        clockTolerance: tokens.clockTolerance / 1000,
        currentDate: new Date(clock.wallNow()),
      });
      const user = userOf(tenant, claims);
      // With the generation from before: keys that changed meanwhile may no longer hold the one that was used.
      if (generation !== undefined) {
        const expiresAt = Number(claims.exp) * 1000;
        verified.remember(token, { value: user, keys, generation, expiresAt, until });
      }
      return user;
    } catch (error) {
      if (error instanceof KeysUnavailable) throw issuerUnavailable(pool.id, error.cause);
      throw refusalOf(error);
    }
  }

  async function fullProfile(user: VerifiedUser, token: string, signal?: AbortSignal): Promise<UserProfile> {
    const { tenant, approver } = user;
    const { pool } = tenant;
    const uri = pool.userInfoUri;
    if (uri === undefined) return approver.profile;
    signal?.throwIfAborted();
    let told: Claims;
    try {
      const { subject } = approver;
      const timeout = tokens.issuerTimeout;
      told = await tenant.userInfo.run(() => fetchUserInfo({ uri, token, subject, timeout, clock, signal }), {
        id: subject,
        signal,
      });
    } catch (error) {
      if (error instanceof Refusal) throw error;
      signal?.throwIfAborted();
      throw issuerUnavailable(pool.id, error);
    }
    const profile = profileOf(pool, { ...user.claims, ...told });
    if (!profile) throw userUnauthenticated("The UserInfo endpoint tells no usable user id.");
    return profile;
  }

  return {
    async authenticate(authorization, signal) {
      signal?.throwIfAborted();
      const token = tokenIn(authorization);
      const user = verified.get(token) ?? (await unlessAborted(verify(token), signal));
      return {
        approver: user.approver,
        fullProfile: (profileSignal) => fullProfile(user, token, profileSignal),
      };
    },
  };
}

function tokenIn(authorization: readonly string[]): string {
  const [value] = authorization;
  if (value === undefined || authorization.length !== 1) {
    throw userUnauthenticated("There is not exactly one authorization value.");
  }
  if (value.length > maxLength) throw userUnauthenticated("The authorization value is too long.");
  const token = bearer.exec(value)?.[1];
  if (token === undefined) throw userUnauthenticated("The authorization value is no Bearer token.");
  return token;
}

/** The one tenant that issuer and audience name. Read before the signature is checked, so it only says whose keys to try. */
function tenantOf(token: string, tenants: readonly Tenant[]): Tenant {
  let claims: JWTPayload;
  try {
    claims = decodeJwt(token);
  } catch (error) {
    throw refusalOf(error);
  }
  const audience: unknown[] = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  const [tenant, ...others] = tenants.filter(
    ({ pool }) => pool.issuer === claims.iss && pool.audience.some((name) => audience.includes(name)),
  );
  if (!tenant) {
    const pools = tenants.map(({ pool }) => pool);
    throw userUnauthenticated(unmatchedToken(claims, pools));
  }
  if (others.length > 0) throw userUnauthenticated("The audience names several user pools.");
  return tenant;
}

async function verifiedClaims(token: string, keys: KeySet, options: JWTVerifyOptions): Promise<Claims> {
  try {
    return claimsOf((await jwtVerify(token, keys.keyFor, options)).payload);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return claimsOf((await jwtVerify(token, key, options)).payload);
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

/** The payload is the outcome of JSON.parse, whose type jose does not tell. */
function claimsOf(payload: JWTPayload): Claims {
  return payload as Claims;
}

function userOf(tenant: Tenant, claims: Claims): VerifiedUser {
  const { pool } = tenant;
  const { sub } = claims;
  if (typeof sub !== "string" || sub === "" || sub.length > maxSubjectLength) {
    throw userUnauthenticated("The claim sub is not a text of 1 to 255 characters.");
  }
  const profile = profileOf(pool, claims);
  if (!profile) throw userUnauthenticated("The token tells no usable user id.");
  const approver: Approver = {
    userPoolId: pool.id,
    issuer: pool.issuer,
    subject: sub,
    profile,
    signIn: signInOf(claims),
  };
  return { tenant, approver, claims: pickedClaims(pool, claims) };
}

/** What to throw instead of an error of jose, which may hold the claims of the token. */
function refusalOf(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return userTokenExpired();
  if (error instanceof errors.JWTClaimValidationFailed)
    return userUnauthenticated(`${error.code} ${error.claim}`);
  return error instanceof errors.JOSEError ? userUnauthenticated(error.code) : error;
}

/** Waits no longer than the caller does. What was begun goes on, for others who want it. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
