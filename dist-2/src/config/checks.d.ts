import type { Mistake } from "./problems.js";
import type { Content } from "./schema.js";
/** What of a configuration is to be judged beyond each value by itself. */
export interface Judged {
    /** All but the section `gateway`. */
    readonly service: boolean;
    /** Whether there must be apps and user pools. */
    readonly identities: boolean;
    readonly gateway: boolean;
    /** Whether the public development identities are accepted. */
    readonly development: boolean;
    /** The wall time at which certificates must be valid; undefined where an invalid one is no mistake, since it can be served. */
    readonly certificatesAt: number | undefined;
}
/** What is wrong between the values of a configuration, each by itself right, and with the files that they name. */
export declare function relationMistakes(content: Content, judged: Judged): Mistake[];
