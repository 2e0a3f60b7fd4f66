import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JSONWebKeySet,
  type JWKSCacheInput,
  type JWTVerifyGetKey,
  jwksCache,
} from "jose";
import type { TokensConfig, UserPoolConfig } from "../config/config.js";
import { developmentIssuer, isDevelopmentKey } from "../config/development_key.js";
import type { Clock } from "../domain/clock.js";
import { createCircuitBreaker } from "./circuit_breaker.js";
import { jsonIn, parsedJson } from "./json_answer.js";
import type { TokenSigner } from "./token_signer.js";

/** The keys of one issuer. */
export interface KeySet {
  /**
   * Gets the keys again if they are older than allowed.
   *
   * @throws KeysUnavailable
   */
  refresh(): Promise<void>;
  /** A number that changes whenever other keys have been got; undefined while they are older than allowed. */
  generation(): number | undefined;
  /**
   * The key that a token asks for, for `jwtVerify` of jose.
   *
   * @throws KeysUnavailable
   * @throws errors of jose that blame the token: JWKSNoMatchingKey, JWKSMultipleMatchingKeys, JOSENotSupported.
   */
  readonly keyFor: JWTVerifyGetKey;
}

/** The keys of an issuer cannot be had, or are not what keys should be. `cause` says why. */
export class KeysUnavailable extends Error {
  constructor(cause: unknown) {
    super("The keys of the issuer cannot be had.", { cause });
    this.name = "KeysUnavailable";
  }
}

type Tokens = Pick<TokensConfig, "cacheMaxAge" | "issuerTimeout">;

/** Largest JWKS that is read over the network. */
const maxBytes = 1024 * 1024;

/**
 * The keys of a user pool.
 *
 * A set with a key that others than the issuer sign with is refused as a whole: the public development key, and the keys of
 * `signer`, which signs our tokens for apps.
 *
 * @throws Error when the pool's JWKS file cannot be read, is not a JWKS or is refused. A file that becomes so later makes
 * the keys unavailable.
 */
export function createKeySet(
  pool: UserPoolConfig,
  tokens: Tokens,
  clock: Clock,
  signer?: Pick<TokenSigner, "owns">,
): KeySet {
  const { keys } = pool;
  const check = checkOf(signer);
  if ("jwksUri" in keys) return remoteKeys(keys.jwksUri, tokens, clock, check);
  if ("jwksFile" in keys) return fileKeys(pool.id, keys.jwksFile, tokens, clock, check);
  if ("jwks" in keys) {
    check(keys.jwks, { development: pool.issuer === developmentIssuer });
    return fixedKeys(createLocalJWKSet(keys.jwks as JSONWebKeySet));
  }
  const secret = new TextEncoder().encode(keys.hs256Secret);
  return fixedKeys(async (header) => {
    if (header?.alg !== "HS256") throw new errors.JOSENotSupported("A shared secret is for HS256 only.");
    return secret;
  });
}

function fixedKeys(keyFor: JWTVerifyGetKey): KeySet {
  return { refresh: async () => {}, generation: () => 1, keyFor: blamingIssuer(keyFor) };
}

/** How long jose does not fetch a set again for a key that it lacks, in milliseconds. */
const cooldown = 30_000;

function remoteKeys(uri: string, tokens: Tokens, clock: Clock, check: Check): KeySet {
  const cache: JWKSCacheInput = {};
  // Around the fetch itself: the library fetches also where a token names an unknown key, as anybody's may.
  const breaker = createCircuitBreaker({ clock });
  const fetchKeys = fetchChecked(check);
  let fetchedAt = Number.NEGATIVE_INFINITY;
  const remote = createRemoteJWKSet(new URL(uri), {
    timeoutDuration: tokens.issuerTimeout,
    cacheMaxAge: tokens.cacheMaxAge,
    cooldownDuration: cooldown,
    [jwksCache]: cache,
    [customFetch]: async (url, options) => {
      const answer = await breaker.run(() => fetchKeys(url, options));
      fetchedAt = clock.now();
      return answer;
    },
  });
  // jose tells the age of a set by the wall clock alone: one that was set back would keep keys in use that have left.
  const isFresh = (): boolean => {
    const age = clock.now() - fetchedAt;
    return remote.fresh && age < tokens.cacheMaxAge && (age < cooldown || !remote.coolingDown);
  };
  let seen: unknown;
  let seenText: string | undefined;
  let generation = 0;
  return {
    async refresh() {
      if (isFresh()) return;
      await remote.reload().catch((error: unknown) => {
        throw new KeysUnavailable(error);
      });
    },
    generation() {
      if (!isFresh()) return undefined;
      // The set itself and not its time: two sets can come in one millisecond.
      if (cache.jwks !== seen) {
        seen = cache.jwks;
        const text = JSON.stringify(seen);
        // The same keys again forget no token: unknown key ids, which anybody can send, have the keys fetched.
        if (text !== seenText) generation += 1;
        seenText = text;
      }
      return generation;
    },
    keyFor: blamingIssuer(remote),
  };
}

function fetchChecked(check: Check): FetchImplementation {
  return async (url, options) => {
    const answer = await fetch(url, options);
    if (answer.status !== 200) {
      // Unread, the body would hold its connection.
      await answer.body?.cancel();
      throw new Error(`The JWKS endpoint answered ${answer.status}.`);
    }
    const jwks = await jsonIn(answer, maxBytes);
    check(jwks);
    // Throws where it is no key set. The library would find that out too, but past the circuit breaker.
    createLocalJWKSet(jwks as JSONWebKeySet);
    return Response.json(jwks);
  };
}

function fileKeys(poolId: string, file: string, tokens: Tokens, clock: Clock, check: Check): KeySet {
  const keysIn = (bytes: Uint8Array): JWTVerifyGetKey => {
    const jwks = parsedJson(bytes);
    check(jwks);
    return createLocalJWKSet(jwks as JSONWebKeySet);
  };
  const breaker = createCircuitBreaker({ clock });
  let content: Buffer;
  let keyFor: JWTVerifyGetKey;
  try {
    // Read while the service starts, so that a wrong path is seen before the first user comes.
    content = readFileSync(file);
    keyFor = keysIn(content);
  } catch (cause) {
    throw new Error(`User pool ${poolId} has no usable keys in ${file}.`, { cause });
  }
  let readAt = clock.now();
  let generation = 1;
  let reading: Promise<void> | undefined;

  const isFresh = (): boolean => clock.now() < readAt + tokens.cacheMaxAge;
  const read = async (): Promise<void> => {
    const now = clock.now();
    const found = await readFile(file);
    keyFor = keysIn(found);
    readAt = now;
    if (!found.equals(content)) generation += 1;
    content = found;
  };
  return {
    async refresh() {
      if (isFresh()) return;
      reading ??= breaker.run(read).finally(() => {
        reading = undefined;
      });
      try {
        await reading;
      } catch (cause) {
        throw new KeysUnavailable(cause);
      }
    },
    generation: () => (isFresh() ? generation : undefined),
    keyFor: blamingIssuer((header, token) => keyFor(header, token)),
  };
}

/** Tells faults of the keys from faults of the token, which names the key. */
function blamingIssuer(keyFor: JWTVerifyGetKey): JWTVerifyGetKey {
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
      throw new KeysUnavailable(error);
    }
  };
}

/** Throws where a key set holds a key that others than the issuer sign with; told so, the development key may be in it. */
type Check = (jwks: unknown, may?: { readonly development: boolean }) => void;

function checkOf(signer: Pick<TokenSigner, "owns"> | undefined): Check {
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
