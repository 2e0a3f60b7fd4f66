import type { Json } from "../domain/user.js";
/** Collects the further claims of a user that every reader can decode. */
export interface FurtherClaims {
    /** Takes the claim, or returns why it is left out. */
    add(name: string, value: Json): string | undefined;
    /** Returns what was taken. */
    taken(): {
        readonly [name: string]: Json;
    };
}
/** Creates an empty collection. */
export declare function createFurtherClaims(): FurtherClaims;
/** Whether a text is the same for every reader: UTF-8 has no form for half a surrogate pair, and NUL ends the texts of some. */
export declare function isPlainText(text: string): boolean;
