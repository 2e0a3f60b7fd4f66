import { Refusal } from "../domain/refusal.js";
/** The user token is missing, malformed or not valid here. `why` is for the log and holds nothing out of the token but issuer and audience. */
export function userUnauthenticated(why) {
    return new Refusal("USER_UNAUTHENTICATED", undefined, {
        cause: new Error(why),
    });
}
/** The user token is genuine and too old. */
export function userTokenExpired() {
    return new Refusal("USER_TOKEN_EXPIRED");
}
/** The keys or the UserInfo endpoint of the pool's issuer cannot be had. The cause names the pool, for the log. */
export function issuerUnavailable(poolId, cause) {
    return new Refusal("ISSUER_UNAVAILABLE", undefined, { cause: new Error(`user pool ${poolId}`, { cause }) });
}
