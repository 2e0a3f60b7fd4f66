import { type JsonWebKeyInput } from "node:crypto";
import type { TokenIssuerConfig } from "../config/config.js";
import type { Clock } from "../domain/clock.js";
import type { Approval } from "../domain/ticket.js";
/** Signs tokens for apps about users who have signed in. */
export interface TokenSigner {
    /** Claim `iss` of the tokens. */
    readonly issuer: string;
    /** The public keys that verify them, as the JSON text of a key set (RFC 7517). */
    readonly jwks: string;
    /** Whether a JWK is one of its keys, which no user pool may have. */
    owns(jwk: JsonWebKeyInput["key"]): boolean;
    /** @throws Error when the cryptography of the platform fails; nothing that a user or an app says makes it fail. */
    sign(signedIn: SignedIn): Promise<SignedTokens>;
}
/** Whom the tokens are about, and which app they are for. */
export interface SignedIn {
    readonly appId: string;
    readonly userPoolId: string;
    readonly approval: Pick<Approval, "profile" | "signIn">;
}
export interface SignedTokens {
    /** An ID Token (OpenID Connect Core 1.0, section 2). */
    readonly idToken: string;
    /** An access token (RFC 9068). */
    readonly accessToken: string;
    /** When both run out, in milliseconds since the Unix epoch. */
    readonly expiresAt: number;
    /** Time from the signing until then, in milliseconds. */
    readonly life: number;
}
/**
 * Reads or makes the keys; the first one signs from then on.
 *
 * @throws Error that names the file when it does not hold a key that can be used.
 */
export declare function createTokenSigner(config: TokenIssuerConfig, clock: Clock): Promise<TokenSigner>;
