import type { Mistake } from "./problems.js";
import type { Content } from "./schema.js";
type Gateway = NonNullable<Content["gateway"]>;
/** What is wrong between the values of the section `gateway`, and with the files that it names. */
export declare function gatewayMistakes(gateway: Gateway): Mistake[];
export {};
