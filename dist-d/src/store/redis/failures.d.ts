/** The key belongs to another server of the Cluster, for good or (`asking`) while its slot is being moved. Nothing was written. */
export declare class Redirected extends Error {
    readonly address: string;
    readonly asking: boolean;
    constructor(address: string, asking: boolean);
}
/** The connection had broken before the command was sent. */
export declare class NotSent extends Error {
    constructor();
}
/** The server does not know the script by its name. Nothing was written. */
export declare class UnknownScript extends Error {
    constructor();
}
/** Returns whether the failure is a server that cannot do its work now, and not a fault in what it was asked. */
export declare function isPassing(error: unknown): error is Error;
/** Returns whether the server itself has answered with an error, whatever its text. */
export declare function isRefusal(error: unknown): error is Error;
/**
 * What a command that failed means to the store.
 *
 * @param writes Whether it would have written: cut off in the middle, nobody knows whether it has.
 */
export declare function failureOf(error: unknown, writes: boolean): Error;
