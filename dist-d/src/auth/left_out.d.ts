import type { OnLeftOut } from "./claims.js";
/** Something that an issuer told about a user and that is left out of their profile. Holds no value. */
export interface LeftOut {
    readonly userPoolId: string;
    /** Name of the claim, or `UserInfo` for the whole answer of the endpoint. */
    readonly claim: string;
    readonly why: string;
}
/**
 * Creates a reporter for a user pool that reports each claim once for each cause, whoever the user is. Claims are those that the pool
 * names, so what is remembered is bounded by the configuration.
 */
export declare function createLeftOutReporter(userPoolId: string, report: (leftOut: LeftOut) => void): OnLeftOut;
