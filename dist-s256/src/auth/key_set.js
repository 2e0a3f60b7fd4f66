import { createLocalJWKSet, errors } from "jose";
import { developmentIssuer, isDevelopmentKey } from "../config/development_key.js";
import { createCircuitBreaker } from "./circuit_breaker.js";
import { parsedJson } from "./json_answer.js";
import { endpointSource, fileSource } from "./key_sources.js";
import { createRereadTurns } from "./reread_turns.js";
/** The keys of an issuer cannot be had, or are not what keys should be. `cause` says why. */
export class KeysUnavailable extends Error {
    constructor(cause) {
        super("The keys of the issuer cannot be had.", { cause });
        this.name = "KeysUnavailable";
    }
}
/**
 * Creates the keys of a user pool.
 *
 * A set with a key that others than the issuer sign with is refused as a whole: the public development key, and the keys of
 * `signer`, which signs our tokens for apps. So is a set without any key for an algorithm of the pool: it can verify nothing.
 *
 * @throws Error when the pool's JWKS file cannot be read, is not a JWKS or is refused. A file that becomes so later makes
 * the keys unavailable.
 */
export function createKeySet(pool, tokens, clock, signer) {
    const { keys } = pool;
    const check = checkOf(signer);
    const changing = (source) => changingKeys(source, pool.algorithms, tokens, clock, check);
    if ("jwksUri" in keys)
        return changing(endpointSource(keys.jwksUri, tokens.issuerTimeout));
    if ("jwksFile" in keys) {
        const source = fileSource(keys.jwksFile);
        try {
            // Read while the service starts, so that a wrong path is seen before the first user comes.
            keySetIn(source.readNow(), check);
        }
        catch (cause) {
            throw new Error(`User pool ${pool.id} has no usable keys in ${keys.jwksFile}.`, { cause });
        }
        return changing(source);
    }
    if ("jwks" in keys) {
        check(keys.jwks, { development: pool.issuer === developmentIssuer });
        return fixedKeys(createLocalJWKSet(keys.jwks));
    }
    const secret = new TextEncoder().encode(keys.hs256Secret);
    return fixedKeys(async (header) => {
        if (header?.alg !== "HS256")
            throw new errors.JOSENotSupported("A shared secret is for HS256 only.");
        return secret;
    });
}
function fixedKeys(keyFor) {
    return {
        refresh: async () => false,
        reread: async () => false,
        generation: () => 1,
        keyFor: blamingIssuer(keyFor),
    };
}
function changingKeys(source, algorithms, { cacheMaxAge }, clock, check) {
    // Around every read, whatever caused it: an endpoint that is away is not asked by each caller.
    const breaker = createCircuitBreaker({ clock });
    const turns = createRereadTurns(source.cooldown, clock);
    let current;
    /** Ids of the keys that were in the set before, and have left it. */
    let gone = [];
    let readAt = Number.NEGATIVE_INFINITY;
    let generation = 0;
    let reading;
    const isFresh = () => clock.now() - readAt < cacheMaxAge;
    async function read() {
        const startedAt = clock.now();
        const found = keySetIn(await source.read(), check);
        await demandKeyFor(algorithms, found.keyFor);
        readAt = startedAt;
        // The same keys again forget no token: unknown key ids, which anybody can send, have the keys read.
        if (found.text === current?.text)
            return;
        gone = (current?.kids ?? []).filter((kid) => !found.kids.includes(kid));
        current = found;
        generation += 1;
    }
    async function shareRead() {
        reading ??= breaker.run(read).finally(() => {
            reading = undefined;
        });
        try {
            await reading;
        }
        catch (cause) {
            throw new KeysUnavailable(cause);
        }
    }
    return {
        async refresh() {
            if (isFresh())
                return false;
            await shareRead();
            return true;
        },
        async reread({ token, kid, isSignatureWrong }) {
            const turn = reading === undefined ? turns.turnOf(token) : "now";
            // Without a key id, a new key looks like a wrong signature.
            const isKnown = kid !== undefined && (isSignatureWrong || gone.includes(kid));
            if (turn === "never" || (turn === "later" && isKnown))
                return false;
            if (turn === "later")
                throw new KeysUnavailable(new Error(turns.laterText));
            await shareRead();
            turns.hasRead(token);
            return true;
        },
        generation: () => (isFresh() ? generation : undefined),
        keyFor: blamingIssuer((header, token) => {
            if (!current)
                throw new Error("The keys have not been read.");
            return current.keyFor(header, token);
        }),
    };
}
/** @throws Error when the bytes are no JWKS, or `check` refuses it. */
function keySetIn(bytes, check) {
    const jwks = parsedJson(bytes);
    check(jwks);
    const found = createLocalJWKSet(jwks);
    const kids = found.jwks().keys.flatMap(({ kid }) => (typeof kid === "string" ? [kid] : []));
    return { keyFor: found, text: JSON.stringify(jwks), kids };
}
/** @throws Error when the set has no key for any of the algorithms. One that is malformed is told to the token that names it. */
async function demandKeyFor(algorithms, keyFor) {
    for (const alg of algorithms) {
        try {
            await keyFor({ alg }, { payload: "", signature: "" });
            return;
        }
        catch (error) {
            const hasNone = error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JOSENotSupported;
            if (!hasNone)
                return;
        }
    }
    throw new Error("The key set has no key for an algorithm of the pool.");
}
/** Tells faults of the keys from faults of the token, which names the key. */
function blamingIssuer(keyFor) {
    return async (header, token) => {
        try {
            return await keyFor(header, token);
        }
        catch (error) {
            if (error instanceof errors.JWKSNoMatchingKey ||
                error instanceof errors.JWKSMultipleMatchingKeys ||
                error instanceof errors.JOSENotSupported) {
                throw error;
            }
            throw new KeysUnavailable(error);
        }
    };
}
function checkOf(signer) {
    return (jwks, may) => {
        const keys = typeof jwks === "object" && jwks !== null && "keys" in jwks ? jwks.keys : undefined;
        if (!Array.isArray(keys))
            return;
        if (!may?.development && keys.some(isDevelopmentKey)) {
            throw new Error("The keys hold the public development key, with which anybody can sign.");
        }
        if (keys.some((key) => signer?.owns(key))) {
            throw new Error("The keys hold one with which we sign tokens for apps.");
        }
    };
}
