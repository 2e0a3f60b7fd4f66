import type { UserPoolConfig } from "../config/config.js";
import type { Json, SignInContext, UserProfile } from "../domain/user.js";
/** Claims as the issuer states them: a JSON object, so every value is JSON and every key its own property. */
export type Claims = {
    readonly [name: string]: Json;
};
/** Receives the name of a claim that is left out of a profile, and why. */
export type OnLeftOut = (claim: string, why: string) => void;
/**
 * Claims that describe the token and not the user (RFC 7519, section 4.1, RFC 7800, RFC 8693, OpenID Connect Core 1.0, sections 2,
 * 3.1.3.6 and 3.3.2.11, and its logout specifications).
 */
export declare const tokenClaims: ReadonlySet<string>;
/**
 * Returns the user as the claims describe them, or undefined where the pool's user id claim is absent or is neither a text of 1
 * to 1024 characters nor a safe integer.
 *
 * Any other claim decides nothing. One that has the wrong type, or is longer than 1024 characters (the photo: 4096), is left out:
 * half an address would be a different address. So is a further claim of more than 4096 characters as JSON, or whatever else
 * {@link createFurtherClaims} does not take.
 */
export declare function profileOf(pool: UserPoolConfig, claims: Claims, onLeftOut?: OnLeftOut): UserProfile | undefined;
/** Whether a claim is the boolean true, or the text "true" that some large issuers send in its place. */
export declare function isTrue(value: Json | undefined): boolean;
/** How the user had signed in, by the claims of the token. What is absent or of the wrong type is left empty. */
export declare function signInOf(claims: Claims): SignInContext;
/** The claim of that name; undefined if absent. Never something that every object inherits. */
export declare function claimOf(claims: Claims, name: string): Json | undefined;
