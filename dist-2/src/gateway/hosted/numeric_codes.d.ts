import type { HttpRefusal } from "../refusal.js";
/** What the envelope of a call that went well says. */
export declare const succeeded = 200;
/** The number that tells a client why. */
export declare function codeOf({ reason, status }: HttpRefusal): number;
