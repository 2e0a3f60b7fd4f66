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
import { jsonIn, parsedJson } from "./json_answer.js";

/** The keys of one issuer. */
export interface KeySet {
  /**
   * Gets the keys again if they are older than allowed.
   *
   * @throws KeysUnavailable
   */
  refresh(): Promise<void>;
  /** A number that changes whenever the keys have been got again; undefined while they are older than allowed. */
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
 * @throws Error when the pool's JWKS file cannot be read, is not a JWKS or holds the public development key. A file that
 * becomes so later makes the keys unavailable.
 */
export function createKeySet(pool: UserPoolConfig, tokens: Tokens, clock: Clock): KeySet {
  const { keys } = pool;
  if ("jwksUri" in keys) return remoteKeys(keys.jwksUri, tokens);
  if ("jwksFile" in keys) return fileKeys(pool.id, keys.jwksFile, tokens, clock);
  if ("jwks" in keys) {
    if (pool.issuer !== developmentIssuer) refuseDevelopmentKey(keys.jwks);
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

function remoteKeys(uri: string, tokens: Tokens): KeySet {
  const cache: JWKSCacheInput = {};
  const remote = createRemoteJWKSet(new URL(uri), {
    timeoutDuration: tokens.issuerTimeout,
    cacheMaxAge: tokens.cacheMaxAge,
    [jwksCache]: cache,
    [customFetch]: fetchKeys,
  });
  let seen: unknown;
  let generation = 0;
  return {
    async refresh() {
      if (remote.fresh) return;
      await remote.reload().catch((error: unknown) => {
        throw new KeysUnavailable(error);
      });
    },
    generation() {
      if (!remote.fresh) return undefined;
      // The set itself and not its time: two sets can come in one millisecond.
      if (cache.jwks !== seen) {
        seen = cache.jwks;
        generation += 1;
      }
      return generation;
    },
    keyFor: blamingIssuer(remote),
  };
}

const fetchKeys: FetchImplementation = async (url, options) => {
  const answer = await fetch(url, options);
  if (answer.status !== 200) {
    // Unread, the body would hold its connection.
    await answer.body?.cancel();
    throw new Error(`The JWKS endpoint answered ${answer.status}.`);
  }
  const jwks = await jsonIn(answer, maxBytes);
  refuseDevelopmentKey(jwks);
  return Response.json(jwks);
};

function fileKeys(poolId: string, file: string, tokens: Tokens, clock: Clock): KeySet {
  const keysIn = (bytes: Uint8Array): JWTVerifyGetKey => {
    const jwks = parsedJson(bytes);
    refuseDevelopmentKey(jwks);
    return createLocalJWKSet(jwks as JSONWebKeySet);
  };
  let keyFor: JWTVerifyGetKey;
  try {
    // Read while the service starts, so that a wrong path is seen before the first user comes.
    keyFor = keysIn(readFileSync(file));
  } catch (cause) {
    throw new Error(`User pool ${poolId} has no usable keys in ${file}.`, { cause });
  }
  let readAt = clock.now();
  let generation = 1;
  let reading: Promise<void> | undefined;

  const isFresh = (): boolean => clock.now() < readAt + tokens.cacheMaxAge;
  const read = async (): Promise<void> => {
    const now = clock.now();
    try {
      keyFor = keysIn(await readFile(file));
    } catch (cause) {
      throw new KeysUnavailable(cause);
    }
    readAt = now;
    generation += 1;
  };
  return {
    async refresh() {
      if (isFresh()) return;
      reading ??= read().finally(() => {
        reading = undefined;
      });
      await reading;
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

function refuseDevelopmentKey(jwks: unknown): void {
  const keys = typeof jwks === "object" && jwks !== null && "keys" in jwks ? jwks.keys : undefined;
  if (Array.isArray(keys) && keys.some(isDevelopmentKey)) {
    throw new Error("The keys hold the public development key, with which anybody can sign.");
  }
}
