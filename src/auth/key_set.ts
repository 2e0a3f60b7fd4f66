import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import type { TokensConfig, UserPoolConfig } from "../config/config.js";
import { developmentIssuer, isDevelopmentKey } from "../config/development_key.js";
import type { Clock } from "../domain/clock.js";
import { createCircuitBreaker } from "./circuit_breaker.js";
import { parsedJson } from "./json_answer.js";
import { endpointSource, fileSource, type KeySource } from "./key_sources.js";
import { createRereadTurns } from "./reread_turns.js";
import type { TokenSigner } from "./token_signer.js";

/** The keys of one issuer. */
export interface KeySet {
  /**
   * Reads the keys again if they are older than allowed, and resolves with whether that was so. Callers at the same time share
   * one read.
   *
   * @throws KeysUnavailable
   */
  refresh(): Promise<boolean>;
  /**
   * Reads the keys again for a token that none of them verifies: the issuer may have changed them. Resolves with `true` when the
   * token is to be tried once more, and with `false` when the keys are as new as they need to be to refuse it.
   *
   * @throws KeysUnavailable when they cannot be read, or were read so short a time ago that it is not done again yet.
   */
  reread(token: UnverifiedToken): Promise<boolean>;
  /** A number that changes whenever other keys have been read; undefined while they are older than allowed. */
  generation(): number | undefined;
  /**
   * The key that a token asks for, for `jwtVerify` of jose.
   *
   * @throws KeysUnavailable
   * @throws errors of jose that blame the token: JWKSNoMatchingKey, JWKSMultipleMatchingKeys, JOSENotSupported.
   */
  readonly keyFor: JWTVerifyGetKey;
}

/** A token that no key of its issuer has verified. */
export interface UnverifiedToken {
  readonly token: string;
  /** Id of the key that the token names. */
  readonly kid: string | undefined;
  /** Whether there are keys that the token may mean, and they do not fit its signature. */
  readonly isSignatureWrong: boolean;
}

/** The keys of an issuer cannot be had, or are not what keys should be. `cause` says why. */
export class KeysUnavailable extends Error {
  constructor(cause: unknown) {
    super("The keys of the issuer cannot be had.", { cause });
    this.name = "KeysUnavailable";
  }
}

type Tokens = Pick<TokensConfig, "cacheMaxAge" | "issuerTimeout">;

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
  tokens: Tokens,
  clock: Clock,
  signer?: Pick<TokenSigner, "owns">,
): KeySet {
  const { keys } = pool;
  const check = checkOf(signer);
  const changing = (source: KeySource) => changingKeys(source, pool.algorithms, tokens, clock, check);
  if ("jwksUri" in keys) return changing(endpointSource(keys.jwksUri, tokens.issuerTimeout));
  if ("jwksFile" in keys) {
    const source = fileSource(keys.jwksFile);
    try {
      // Read while the service starts, so that a wrong path is seen before the first user comes.
      keySetIn(source.readNow(), check);
    } catch (cause) {
      throw new Error(`User pool ${pool.id} has no usable keys in ${keys.jwksFile}.`, { cause });
    }
    return changing(source);
  }
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
  return {
    refresh: async () => false,
    reread: async () => false,
    generation: () => 1,
    keyFor: blamingIssuer(keyFor),
  };
}

function changingKeys(
  source: KeySource,
  algorithms: readonly string[],
  { cacheMaxAge }: Tokens,
  clock: Clock,
  check: Check,
): KeySet {
  // Around every read, whatever caused it: an endpoint that is away is not asked by each caller.
  const breaker = createCircuitBreaker({ clock });
  const turns = createRereadTurns(source.cooldown, clock);
  let current: KeysRead | undefined;
  /** Ids of the keys that were in the set before, and have left it. */
  let gone: readonly string[] = [];
  let readAt = Number.NEGATIVE_INFINITY;
  let generation = 0;
  let reading: Promise<void> | undefined;

  const isFresh = (): boolean => clock.now() - readAt < cacheMaxAge;

  async function read(): Promise<void> {
    const startedAt = clock.now();
    const found = keySetIn(await source.read(), check);
    await demandKeyFor(algorithms, found.keyFor);
    readAt = startedAt;
    // The same keys again forget no token: unknown key ids, which anybody can send, have the keys read.
    if (found.text === current?.text) return;
    gone = (current?.kids ?? []).filter((kid) => !found.kids.includes(kid));
    current = found;
    generation += 1;
  }

  async function shareRead(): Promise<void> {
    reading ??= breaker.run(read).finally(() => {
      reading = undefined;
    });
    try {
      await reading;
    } catch (cause) {
      throw new KeysUnavailable(cause);
    }
  }

  return {
    async refresh() {
      if (isFresh()) return false;
      await shareRead();
      return true;
    },
    async reread({ token, kid, isSignatureWrong }) {
      const turn = reading === undefined ? turns.turnOf(token) : "now";
      // Without a key id, a new key looks like a wrong signature.
      const isKnown = kid !== undefined && (isSignatureWrong || gone.includes(kid));
      if (turn === "never" || (turn === "later" && isKnown)) return false;
      if (turn === "later") throw new KeysUnavailable(new Error(turns.laterText));
      await shareRead();
      turns.hasRead(token);
      return true;
    },
    generation: () => (isFresh() ? generation : undefined),
    keyFor: blamingIssuer((header, token) => {
      if (!current) throw new Error("The keys have not been read.");
      return current.keyFor(header, token);
    }),
  };
}

/** A key set as it was read. */
interface KeysRead {
  readonly keyFor: JWTVerifyGetKey;
  readonly text: string;
  readonly kids: readonly string[];
}

/** @throws Error when the bytes are no JWKS, or `check` refuses it. */
function keySetIn(bytes: Uint8Array, check: Check): KeysRead {
  const jwks = parsedJson(bytes);
  check(jwks);
  const found = createLocalJWKSet(jwks as JSONWebKeySet);
  const kids = found.jwks().keys.flatMap(({ kid }) => (typeof kid === "string" ? [kid] : []));
  return { keyFor: found, text: JSON.stringify(jwks), kids };
}

/** @throws Error when the set has no key for any of the algorithms. One that is malformed is told to the token that names it. */
async function demandKeyFor(algorithms: readonly string[], keyFor: JWTVerifyGetKey): Promise<void> {
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
