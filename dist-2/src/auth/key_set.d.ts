import { type JWTVerifyGetKey } from "jose";
import type { TokensConfig, UserPoolConfig } from "../config/config.js";
import type { Clock } from "../domain/clock.js";
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
export declare class KeysUnavailable extends Error {
    constructor(cause: unknown);
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
export declare function createKeySet(pool: UserPoolConfig, tokens: Tokens, clock: Clock, signer?: Pick<TokenSigner, "owns">): KeySet;
export {};
