/**
 * Returns what shows that a secret was not drawn at random, as part of a sentence; undefined if nothing does. For 32 bytes or more.
 * Finds what people type and what placeholders look like: few different bytes, one piece over and over, bytes that count up or
 * down. What it does not find may still be no random secret, such as a sentence.
 */
export declare function patternIn(secret: Uint8Array): string | undefined;
