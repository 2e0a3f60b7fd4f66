import type { Mistake } from "./problems.js";
import type { Content } from "./schema.js";
/**
 * Mistakes between the issuers of user pools: one that is another one but for its spelling, and one shared secret under two
 * issuers, with which each could sign for the users of the other.
 */
export declare function issuerMistakes({ userPools, tokenIssuer }: Content): Mistake[];
