import type { Clock } from "../domain/clock.js";
import { type Claims } from "./claims.js";
/** A question to an OpenID Connect UserInfo endpoint. */
export interface UserInfoRequest {
    readonly uri: string;
    readonly token: string;
    /** Claim `sub` of the token. */
    readonly subject: string;
    /** How long the whole answer may take, in milliseconds. */
    readonly timeout: number;
    readonly clock: Clock;
    readonly signal: AbortSignal | undefined;
    /** Verifies a signed answer with the keys of the issuer. */
    verify(jwt: string): Promise<Claims>;
}
/** Claims that the endpoint states about the user, or the reason why its answer cannot be used. */
export type UserInfo = {
    readonly claims: Claims;
} | {
    readonly unusable: string;
};
/**
 * Asks the UserInfo endpoint about the token's user. Follows no redirect, since the token would go along; reads at most 1 MiB.
 *
 * The content decides and not its declared type, which many endpoints get wrong: a JSON object or a JWT (OpenID Connect Core 1.0,
 * section 5.3.2). An answer that is too large or encrypted is unusable and decides nothing.
 *
 * @throws Refusal USER_UNAUTHENTICATED when the endpoint answers 401 or 403, or speaks of another user.
 * @throws Error when there is no answer in time, or one that is neither; the reason of the signal when the caller has gone.
 */
export declare function fetchUserInfo(request: UserInfoRequest): Promise<UserInfo>;
