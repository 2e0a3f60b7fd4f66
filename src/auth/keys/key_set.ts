import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import type { Clock } from "../../base/clock.js";
import type { UserPoolConfig, UserTokensConfig } from "../../config/config.js";
import { developmentIssuer, isDevelopmentKey } from "../../config/development_key.js";
import { createCircuitBreaker } from "../circuit_breaker.js";
import { parseJson } from "../response_body.js";
import type { TokenSigner } from "../signing/token_signer.js";
import { createEndpointSource, createFileSource, type KeySource } from "./key_sources.js";
import { createRefreshCooldown } from "./refresh_cooldown.js";

/** The keys of one issuer. */
export interface KeySet {
  /**
   * Reads the keys again if they are older than allowed, and resolves with whether that was so. Callers at the same time share
   * one read.
   *
   * @throws KeysUnavailableError
   */
  refreshIfStale(): Promise<boolean>;
  /**
   * Reads the keys again for a token that none of them verifies: the issuer may have changed them. Resolves with `true` when the
   * token is to be tried once more, and with `false` when the keys are as new as they need to be to refuse it.
   *
   * @throws KeysUnavailableError when they cannot be read, or were read so short a time ago that it is not done again yet.
   */
  refreshForToken(token: UnverifiedToken): Promise<boolean>;
  /** A number that changes whenever other keys have been read; undefined while they are older than allowed. */
  generation(): number | undefined;
  /**
   * The key that a token asks for, for `jwtVerify` of jose.
   *
   * @throws KeysUnavailableError
   * @throws errors of jose that blame the token: JWKSNoMatchingKey, JWKSMultipleMatchingKeys, JOSENotSupported.
   */
  readonly getKey: JWTVerifyGetKey;
}

/** A token that no key of its issuer has verified. */
export interface UnverifiedToken {
  readonly token: string;
  /** Id of the key that the token names. */
  readonly kid: string | undefined;
  /** Whether there are keys that the token may mean, and they do not fit its signature. */
  readonly hasWrongSignature: boolean;
}

/** The keys of an issuer cannot be had, or are not what keys should be. `cause` says why. */
export class KeysUnavailableError extends Error {
  constructor(cause: unknown) {
    super("The keys of the issuer cannot be had.", { cause });
    this.name = "KeysUnavailableError";
  }
}

type KeySetTimes = Pick<UserTokensConfig, "cacheMaxAge" | "issuerTimeout">;

/**
 * Creates the keys of a user pool.
 *
 * A set with a key that others than the issuer sign with is refused as a whole: the public development key, and the keys of
 * `signer`, which signs our tokens for apps. So is a set without any key for an algorithm of the pool: it can verify nothing.
 *
 * @throws Error when the pool's JWKS file cannot be read, is not a JWKS or is refused. A file that becomes so later makes
 * the keys unavailable.
 */
export function createKeySet(
  pool: UserPoolConfig,
  tokens: KeySetTimes,
  clock: Clock,
  signer?: Pick<TokenSigner, "owns">,
): KeySet {
  const { keys } = pool;
  const check = createKeyCheck(signer);
  const createRefreshing = (source: KeySource) =>
    createRefreshingKeySet(source, pool.algorithms, tokens, clock, check);
  if ("jwksUri" in keys) return createRefreshing(createEndpointSource(keys.jwksUri, tokens.issuerTimeout));
  if ("jwksFile" in keys) {
    const source = createFileSource(keys.jwksFile);
    try {
      // Read while the service starts, so that a wrong path is seen before the first user comes.
      parseKeySet(source.readNow(), check);
    } catch (cause) {
      throw new Error(`User pool ${pool.id} has no usable keys in ${keys.jwksFile}.`, { cause });
    }
    return createRefreshing(source);
  }
  if ("jwks" in keys) {
    check(keys.jwks, { development: pool.issuer === developmentIssuer });
    return createStaticKeySet(createLocalJWKSet(keys.jwks as JSONWebKeySet));
  }
  const secret = new TextEncoder().encode(keys.hs256Secret);
  return createStaticKeySet(async (header) => {
    if (header?.alg !== "HS256") throw new errors.JOSENotSupported("A shared secret is for HS256 only.");
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
): KeySet {
  // Around every read, whatever caused it: an endpoint that is away is not asked by each caller.
  const breaker = createCircuitBreaker({ clock });
  const cooldown = createRefreshCooldown(source.cooldownMs, clock);
  let current: LoadedKeys | undefined;
  /** Ids of the keys that were in the set before, and have left it. */
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
    // The same keys again forget no token: unknown key ids, which anybody can send, have the keys read.
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
      // Without a key id, a new key looks like a wrong signature.
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

/** A key set as it was read. */
interface LoadedKeys {
  readonly getKey: JWTVerifyGetKey;
  readonly text: string;
  readonly kids: readonly string[];
}

/** @throws Error when the bytes are no JWKS, or `check` refuses it. */
function parseKeySet(bytes: Uint8Array, check: KeyCheck): LoadedKeys {
  const jwks = parseJson(bytes);
  check(jwks);
  const found = createLocalJWKSet(jwks as JSONWebKeySet);
  const kids = found.jwks().keys.flatMap(({ kid }) => (typeof kid === "string" ? [kid] : []));
  return { getKey: found, text: JSON.stringify(jwks), kids };
}

/** @throws Error when the set has no key for any of the algorithms. One that is malformed is told to the token that names it. */
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

/** Tells faults of the keys from faults of the token, which names the key. */
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

/** Throws where a key set holds a key that others than the issuer sign with; told so, the development key may be in it. */
type KeyCheck = (jwks: unknown, may?: { readonly development: boolean }) => void;

function createKeyCheck(signer: Pick<TokenSigner, "owns"> | undefined): KeyCheck {
  return (jwks, may) => {
    const keys = typeof jwks === "object" && jwks !== null && "keys" in jwks ? jwks.keys : undefined;
    if (!Array.isArray(keys)) return;
    if (!may?.development && keys.some(isDevelopmentKey)) {
      throw new Error("The keys hold the public development key, with which anybody can sign.");
    }
    if (keys.some((key) => signer?.owns(key))) {
      throw new Error("The keys hold one with which we sign tokens for apps.");
    }
  };
}
