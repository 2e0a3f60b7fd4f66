import { type JWTHeaderParameters, type JWTVerifyOptions } from "jose";
import type { Claims } from "./claims.js";
import { type KeySet } from "./key_set.js";
/** Verified content of a JWT. */
export interface VerifiedJwt {
    readonly header: JWTHeaderParameters;
    readonly claims: Claims;
    /** Generation of the keys before the verification; undefined if they were older than allowed. */
    readonly generation: number | undefined;
}
/**
 * Verifies a JWT with the keys of an issuer. Where none of them fits, the issuer may have changed its keys: they are read again,
 * within the limits of {@link KeySet.reread}, and tried once more. `optionsNow` is asked after each wait, since it holds the time.
 *
 * @throws KeysUnavailable
 * @throws errors of jose that blame the token.
 */
export declare function verifiedJwt(token: string, keys: KeySet, optionsNow: () => JWTVerifyOptions): Promise<VerifiedJwt>;
