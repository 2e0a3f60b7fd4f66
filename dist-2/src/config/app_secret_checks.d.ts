import type { Mistake } from "./problems.js";
import type { Content } from "./schema.js";
/**
 * Mistakes between the secrets of the gateway's apps and their digests in the same file: the service would refuse what the gateway
 * presents, and pages would be told of a failure at the first sign-in.
 */
export declare function appSecretMistakes({ apps, gateway }: Content): Mistake[];
/** Secrets of the gateway's apps that stand in documents and examples. */
export declare function knownSecretMistakes({ gateway }: Content): Mistake[];
