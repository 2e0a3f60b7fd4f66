import { Refusal } from "../domain/refusal.js";
/** The user token is missing, malformed or not valid here. `why` is for the log and holds nothing out of the token but issuer and audience. */
export declare function userUnauthenticated(why: string): Refusal;
/** The user token is genuine and too old. */
export declare function userTokenExpired(): Refusal;
/** The keys or the UserInfo endpoint of the pool's issuer cannot be had. The cause names the pool, for the log. */
export declare function issuerUnavailable(poolId: string, cause: unknown): Refusal;
