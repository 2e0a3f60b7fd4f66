import type { Naming } from "./naming.js";
import type { Primary } from "./primary.js";
/**
 * Does once whatever the store will do, with a key that means nothing: what the ACL user is not allowed, and a hint that does not arrive,
 * are found at the start and not at the first sign-in.
 *
 * @throws Error in one line that names what is missing.
 */
export declare function rehearse(primary: Primary, naming: Naming, timeout: number): Promise<void>;
