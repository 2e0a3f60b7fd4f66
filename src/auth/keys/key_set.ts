import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import type { Clock } from "../../base/clock.js";
import type { KeysConfig, UserPoolConfig, UserTokensConfig } from "../../config/config.js";
import { developmentIssuer, isDevelopmentKey } from "../../config/development_key.js";
import type { OnIssuerCall } from "../auth_observer.js";
import { createCircuitBreaker } from "../circuit_breaker.js";
import type { OutgoingRequests } from "../outgoing/outgoing_requests.js";
import { parseJson } from "../response_body.js";
import type { TokenSigner } from "../signing/token_signer.js";
import { createEndpointSource, createFileSource, type KeySource } from "./key_sources.js";
import { createRefreshCooldown } from "./refresh_cooldown.js";

/** Keys of one issuer. */
export interface KeySet {
  /**
   * Fetches the keys if they are older than allowed, and resolves with whether it did. Concurrent callers
   * share one read.
   *
   * @throws KeysUnavailableError
   */
  refreshIfStale(): Promise<boolean>;
  /**
   * Fetches the keys for a token that none of the current ones verifies, since the issuer may have rotated
   * them. Resolves with `true` if the token is to be tried again, and with `false` if the keys are recent
   * enough to reject it.
   *
   * @throws KeysUnavailableError when the keys cannot be read, or the last read is too recent to repeat it.
   */
  refreshForToken(token: UnverifiedToken): Promise<boolean>;
  /**
   * Returns a number that changes whenever different keys have been read; undefined while they are older than
   * allowed.
   */
  generation(): number | undefined;
  /**
   * Resolves with the key that a token names, for `jwtVerify` of jose.
   *
   * @throws KeysUnavailableError
   * @throws JWKSNoMatchingKey, JWKSMultipleMatchingKeys or JOSENotSupported of jose when the token is at
   * fault.
   */
  readonly getKey: JWTVerifyGetKey;
}

/** Token that no key of its issuer has verified. */
export interface UnverifiedToken {
  readonly token: string;
  /** Id of the key, from the token's header. */
  readonly kid: string | undefined;
  /** True if there are candidate keys, but none matches the signature. */
  readonly hasWrongSignature: boolean;
}

/** Error thrown when the keys of an issuer cannot be read or are malformed. `cause` states the reason. */
export class KeysUnavailableError extends Error {
  constructor(cause: unknown) {
    super("The keys of the issuer are unavailable.", { cause });
    this.name = "KeysUnavailableError";
  }
}

/** User pool that has keys. */
export type KeyPool = UserPoolConfig & { readonly keys: KeysConfig };

/** Dependencies of a key set. */
export interface KeySetDependencies {
  readonly clock: Clock;
  readonly outgoing: OutgoingRequests;
  /** Signer of our own tokens for apps, if there is one. */
  readonly signer?: Pick<TokenSigner, "owns"> | undefined;
  readonly onCall?: OnIssuerCall | undefined;
}

type KeySetTimes = Pick<UserTokensConfig, "cacheMaxAge" | "issuerTimeout">;

/**
 * Creates the key set of a user pool.
 *
 * Rejects a whole key set if somebody other than the issuer can sign with one of its keys: the public
 * development key, or a key of `signer`, which signs our tokens for apps. Rejects a key set without a key for
 * any algorithm of the pool, since it can verify nothing.
 *
 * @throws Error when the pool's JWKS file cannot be read, is not a JWKS or is rejected. If that happens
 * later, the keys become unavailable.
 */
export function createKeySet(
  pool: KeyPool,
  tokens: KeySetTimes,
  { clock, outgoing, signer, onCall }: KeySetDependencies,
): KeySet {
  const { keys } = pool;
  const check = createKeyCheck(signer);
  const createRefreshing = (source: KeySource) =>
    createRefreshingKeySet(source, pool.algorithms, tokens, clock, check, onCall);
  if ("jwksUri" in keys)
    return createRefreshing(createEndpointSource(keys.jwksUri, tokens.issuerTimeout, outgoing));
  if ("jwksFile" in keys) {
    const source = createFileSource(keys.jwksFile);
    try {
      // Read at start-up, so that a wrong path fails before the first user arrives.
      parseKeySet(source.readNow(), check);
    } catch (cause) {
      throw new Error(`User pool ${pool.id} has no usable keys in ${keys.jwksFile}.`, { cause });
    }
    return createRefreshing(source);
  }
  if ("jwks" in keys) {
    check(keys.jwks, { development: pool.issuer === developmentIssuer });
    return createStaticKeySet(createKeyGetter(keys.jwks as JSONWebKeySet));
  }
  const secret = new TextEncoder().encode(keys.hs256Secret);
  return createStaticKeySet(async (header) => {
    if (header?.alg !== "HS256")
      throw new errors.JOSENotSupported("A shared secret can only be used with HS256.");
    return secret;
  });
}

function createStaticKeySet(keyFor: JWTVerifyGetKey): KeySet {
  return {
    refreshIfStale: async () => false,
    refreshForToken: async () => false,
    generation: () => 1,
    getKey: translateKeyErrors(keyFor),
  };
}

function createRefreshingKeySet(
  source: KeySource,
  algorithms: readonly string[],
  { cacheMaxAge }: KeySetTimes,
  clock: Clock,
  check: KeyCheck,
  onCall: OnIssuerCall | undefined,
): KeySet {
  // Guards every read, whatever triggers it, so that callers do not wait one by one for an unavailable endpoint.
  const breaker = createCircuitBreaker({ clock, onCall });
  const cooldown = createRefreshCooldown(source.cooldownMs, clock);
  let current: LoadedKeys | undefined;
  /** Ids of keys that the previous set had and the current one lacks. */
  let removedKids: readonly string[] = [];
  let readAt = Number.NEGATIVE_INFINITY;
  let generation = 0;
  let pendingRead: Promise<void> | undefined;

  const isFresh = (): boolean => clock.now() - readAt < cacheMaxAge;

  async function read(): Promise<void> {
    const startedAt = clock.now();
    const found = parseKeySet(await source.read(), check);
    await requireKeyFor(algorithms, found.getKey);
    readAt = startedAt;
    // An unchanged set must not invalidate cached tokens, since anybody can trigger a read with an unknown key id.
    if (found.text === current?.text) return;
    removedKids = (current?.kids ?? []).filter((kid) => !found.kids.includes(kid));
    current = found;
    generation += 1;
  }

  async function readShared(): Promise<void> {
    pendingRead ??= breaker.run(read).finally(() => {
      pendingRead = undefined;
    });
    try {
      await pendingRead;
    } catch (cause) {
      throw new KeysUnavailableError(cause);
    }
  }

  return {
    async refreshIfStale() {
      if (isFresh()) return false;
      await readShared();
      return true;
    },
    async refreshForToken({ token, kid, hasWrongSignature }) {
      const decision = pendingRead === undefined ? cooldown.decisionFor(token) : "now";
      // A token without a key id that a new key has signed looks like one with a wrong signature.
      const isKnown = kid !== undefined && (hasWrongSignature || removedKids.includes(kid));
      if (decision === "never" || (decision === "later" && isKnown)) return false;
      if (decision === "later") throw new KeysUnavailableError(new Error(cooldown.laterMessage));
      await readShared();
      cooldown.recordRefresh(token);
      return true;
    },
    generation: () => (isFresh() ? generation : undefined),
    getKey: translateKeyErrors((header, token) => {
      if (!current) throw new Error("The keys have not been read.");
      return current.getKey(header, token);
    }),
  };
}

/** Key set as it was read. */
interface LoadedKeys {
  readonly getKey: JWTVerifyGetKey;
  readonly text: string;
  readonly kids: readonly string[];
}

/** @throws Error when the bytes are not a JWKS, or `check` rejects it. */
function parseKeySet(bytes: Uint8Array, check: KeyCheck): LoadedKeys {
  const jwks = parseJson(bytes);
  check(jwks);
  const found = createKeyGetter(jwks as JSONWebKeySet);
  const kids = found.jwks().keys.flatMap(({ kid }) => (typeof kid === "string" ? [kid] : []));
  return { getKey: found, text: JSON.stringify(jwks), kids };
}

/**
 * Creates a key getter for a key set that ignores `alg` of its Ed25519 keys. The algorithm has two names (RFC 9864,
 * section 2.2), and a token may state the other one. Type and curve of such a key leave no other algorithm.
 *
 * @throws JWKSInvalid of jose
 */
function createKeyGetter(jwks: JSONWebKeySet): ReturnType<typeof createLocalJWKSet> {
  const { keys } = createLocalJWKSet(jwks).jwks();
  return createLocalJWKSet({
    keys: keys.map(({ alg, ...key }) => {
      const isNamed = key.crv === "Ed25519" && (alg === "EdDSA" || alg === "Ed25519");
      return isNamed || alg === undefined ? key : { alg, ...key };
    }),
  });
}

/**
 * Checks that the set has a key for at least one algorithm. A malformed key counts; it fails the tokens that
 * name it.
 *
 * @throws Error when there is none.
 */
async function requireKeyFor(algorithms: readonly string[], keyFor: JWTVerifyGetKey): Promise<void> {
  for (const alg of algorithms) {
    try {
      await keyFor({ alg }, { payload: "", signature: "" });
      return;
    } catch (error) {
      const hasNone = error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JOSENotSupported;
      if (!hasNone) return;
    }
  }
  throw new Error("The key set has no key for an algorithm of the pool.");
}

/**
 * Returns a key getter that throws KeysUnavailableError for faults of the keys, and jose's error for faults
 * of the token.
 */
function translateKeyErrors(keyFor: JWTVerifyGetKey): JWTVerifyGetKey {
  return async (header, token) => {
    try {
      return await keyFor(header, token);
    } catch (error) {
      if (
        error instanceof errors.JWKSNoMatchingKey ||
        error instanceof errors.JWKSMultipleMatchingKeys ||
        error instanceof errors.JOSENotSupported
      ) {
        throw error;
      }
      throw new KeysUnavailableError(error);
    }
  };
}

/**
 * Check that throws if somebody other than the issuer can sign with a key of the set. With `development`, the
 * development key is allowed.
 */
type KeyCheck = (jwks: unknown, allowed?: { readonly development: boolean }) => void;

function createKeyCheck(signer: Pick<TokenSigner, "owns"> | undefined): KeyCheck {
  return (jwks, allowed) => {
    const keys = typeof jwks === "object" && jwks !== null && "keys" in jwks ? jwks.keys : undefined;
    if (!Array.isArray(keys)) return;
    if (!allowed?.development && keys.some(isDevelopmentKey)) {
      throw new Error("The key set contains the public development key, with which anyone can sign.");
    }
    if (keys.some((key) => signer?.owns(key))) {
      throw new Error("The key set contains one of our own keys, which sign tokens for apps.");
    }
  };
}
