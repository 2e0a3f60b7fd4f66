/** A place that the key set of an issuer is read from, as often as asked. */
export interface KeySource {
    /** @throws Error when the key set cannot be read. */
    read(): Promise<Uint8Array>;
    /** Shortest time between two reads that tokens with unknown keys cause, in milliseconds. */
    readonly cooldown: number;
}
/** Returns the JWKS endpoint of an issuer as a source of keys. Follows no redirect. `timeout` is for the whole answer. */
export declare function endpointSource(uri: string, timeout: number): KeySource;
/**
 * Returns a file as a source of keys. Has no cool-down: reading a file costs less than checking the signature that led to it,
 * and reads do not overlap.
 */
export declare function fileSource(file: string): KeySource & {
    readNow(): Uint8Array;
};
