/** Returns whether a secret stands in documents or examples. */
export declare function isKnownSecret(secret: string): boolean;
/** Returns what a SHA-256 in lower-case hexadecimal digits is of, where everybody can know that. */
export declare function knownSecretOf(sha256: string): string | undefined;
