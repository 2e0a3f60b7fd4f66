import { type KeyObject } from "node:crypto";
import { type JWK } from "jose";
import type { SigningKeyConfig } from "../config/config.js";
/** A key that signs, and what others may know of it. */
export interface SigningKey {
    readonly alg: "ES256" | "RS256";
    /** Thumbprint of the public half (RFC 7638): the same wherever the key is used. */
    readonly kid: string;
    readonly privateKey: KeyObject;
    /** With `kid`, `alg` and `use`, and no private member. */
    readonly publicJwk: JWK;
}
/**
 * The keys in the order of their configuration.
 *
 * @throws Error that names the file when there is no usable key in it; Error when a key stands there twice, or none does.
 */
export declare function loadSigningKeys(configs: readonly SigningKeyConfig[]): Promise<readonly [SigningKey, ...SigningKey[]]>;
/** The same keys, where those that are to be made have been: for other processes, which would each make their own. */
export declare function keysInPlace(configs: readonly SigningKeyConfig[]): readonly SigningKeyConfig[];
