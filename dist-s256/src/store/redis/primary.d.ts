import { type Login } from "./connection.js";
import type { Confirming } from "./durability.js";
import { type LaneCommand } from "./lane.js";
import type { Naming } from "./naming.js";
import { type Subscriptions } from "./subscriptions.js";
export interface PrimaryOptions extends Confirming {
    readonly login: Login;
    /** How long connecting and every answer may take, in milliseconds. */
    readonly timeout: number;
    readonly naming: Naming;
}
/**
 * A server that takes writes, reached by three connections: one for writes, which waits for replicas; one for reads, which must not
 * wait behind it; one for subscriptions.
 *
 * It is up from the moment that it was opened until a command fails, and then down for good: every command is refused at once,
 * and a new one has to be opened. So a slow server costs one time-out and not one for each call.
 *
 * The connection for subscriptions alone is opened anew when it breaks: a server throws out a subscriber that is slow, and no sign-in
 * is to be cut off for that.
 */
export interface Primary {
    readonly address: string;
    /** A hash tag whose keys lie on this server now. */
    tag(): string;
    /** Others after the connection for them was opened anew. */
    subscriptions(): Subscriptions;
    /** As {@link Lane.run}, on the connection for writes or for reads. */
    run(command: LaneCommand): Promise<unknown>;
    /** What the server says of itself: a command that belongs to no ticket and changes nothing. */
    ask(...words: readonly (string | number)[]): Promise<unknown>;
    /** Writes a key that means nothing, and waits for the replicas. Rejects, and the primary is down, if it cannot. */
    pulse(): Promise<void>;
    /** Calls `onDown` once, with why, when it is down. */
    onDown(onDown: (reason: string) => void): void;
    /** Calls `onRenewed` whenever its subscriptions are others. */
    onRenewed(onRenewed: () => void): void;
    close(): void;
}
/**
 * Connects to a primary.
 *
 * @param tag Tells a hash tag whose keys lie on this server now.
 * @throws Error with what the network or the server says, or that it is a replica.
 */
export declare function openPrimary(address: string, tag: () => string, options: PrimaryOptions): Promise<Primary>;
/** The server is a replica, which takes no writes. */
export declare class NotPrimary extends Error {
    constructor(primary: string);
}
