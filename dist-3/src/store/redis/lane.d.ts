import type { Connection, Words } from "./connection.js";
import type { Confirming } from "./durability.js";
/** One command for one ticket. */
export interface LaneCommand {
    readonly words: Words;
    /** The ticket id, or what else decides where in a Cluster the key lies. */
    readonly tag: string;
    /** Whether it may write: cut off in the middle, nobody knows whether it has. */
    readonly writes: boolean;
    /** Whether the server is told that it need not have taken over the slot yet. */
    readonly asking?: boolean;
}
/**
 * Carries out commands on one connection of its own.
 *
 * `run` rejects with a StoreUnavailable, whose outcome is unknown for a write that was cut off or that the replicas have not
 * confirmed; with a Redirected or an UnknownScript, which have written nothing; and with an Error for a fault.
 */
export interface Lane {
    run(command: LaneCommand): Promise<unknown>;
}
/** Without replicas to wait for, each command goes out as it comes. */
export declare function createDirectLane(connection: Connection): Lane;
/** How answers are confirmed, by one replica at least. */
export interface Confirmation extends Confirming {
    /** How long that may take, in milliseconds. */
    readonly timeout: number;
    /** A key for a write that has no other purpose, in the same slot as the tag. */
    barrierKey(tag: string): string;
}
/**
 * Answers nothing that a failover could take back: every batch ends with WAIT, and WAITAOF where files are waited for; what the
 * replicas have not confirmed is refused. Reads wait as well, since they may have seen a write that no replica has.
 *
 * WAIT holds up its connection, so commands that come meanwhile make the next batch, and one WAIT stands for all of it.
 *
 * A batch that has written nothing writes a key that means nothing. Only an acknowledgement of something newer than the answer
 * proves that the server was still the primary when it gave it: one that was held still and goes on after a failover has
 * none to show. A write that lost its comparison needs none: whoever hears that reads again.
 */
export declare function createConfirmedLane(connection: Connection, confirmation: Confirmation): Lane;
