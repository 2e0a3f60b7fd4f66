import type { TokensConfig, UserPoolConfig } from "../config/config.js";
import type { Clock } from "../domain/clock.js";
import type { Approver, UserProfile } from "../domain/user.js";
import { type LeftOut } from "./left_out.js";
import type { TokenSigner } from "./token_signer.js";
/** A caller whose user token is genuine. */
export interface AuthenticatedUser {
    readonly approver: Approver;
    /**
     * Returns the user as the pool's UserInfo endpoint describes them now, the token filling the gaps; as the token does where the
     * pool has no such endpoint, or the answer is too large or encrypted. See {@link combinedClaims} for what comes from where.
     *
     * @throws Refusal USER_UNAUTHENTICATED when the endpoint refuses the token or speaks of another user, ISSUER_UNAVAILABLE
     * when it gives no usable answer in time; the reason of `signal` when that ends the wait.
     */
    fullProfile(signal?: AbortSignal): Promise<UserProfile>;
}
/** Tells which user calls. */
export interface UserAuthenticator {
    /**
     * The user whose token stands in the values of the metadata key `authorization`.
     *
     * @throws Refusal USER_UNAUTHENTICATED, USER_TOKEN_EXPIRED, or ISSUER_UNAVAILABLE with its cause, each with one fixed text;
     * the reason of `signal` when that ends the wait.
     */
    authenticate(authorization: readonly string[], signal?: AbortSignal): Promise<AuthenticatedUser>;
}
export interface UserAuthenticatorOptions {
    readonly pools: readonly UserPoolConfig[];
    readonly tokens: TokensConfig;
    /** What signs our own tokens for the apps. They are no user tokens: no pool may have this issuer or one of its keys. */
    readonly tokenIssuer?: Pick<TokenSigner, "issuer" | "owns"> | undefined;
    readonly clock: Clock;
    /** Called once for each claim that is left out and each cause, for the log. */
    readonly onLeftOut?: (leftOut: LeftOut) => void;
}
/**
 * Knows users by `Bearer <JWT>` (RFC 6750, RFC 7519). Issuer and audience choose the pool, the pool's keys and algorithms
 * prove the token; `exp`, `sub`, `iss` and `aud` must be there and right. Verified tokens are remembered for a while.
 *
 * @throws Error when a pool's JWKS file cannot be used, or a pool has the issuer of our own tokens.
 */
export declare function createUserAuthenticator(options: UserAuthenticatorOptions): UserAuthenticator;
