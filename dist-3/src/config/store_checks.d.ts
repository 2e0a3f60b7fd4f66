import type { Mistake } from "./problems.js";
import type { Content } from "./schema.js";
/** What is wrong between the values of the section `store`, and with the files that it names. */
export declare function storeMistakes({ store }: Content): Mistake[];
