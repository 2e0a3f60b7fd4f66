import type { Mistake } from "./problems.js";
import type { Content } from "./schema.js";
/**
 * What is wrong with the keys of the token issuer, and with the user pools that believe it: a token that tells an app who
 * has signed in must never approve a sign-in.
 */
export declare function tokenIssuerMistakes({ tokenIssuer, userPools }: Content): Mistake[];
