import type { Http2Session } from "node:http2";
import type { Socket } from "node:net";
import type { FloodLog } from "./flood_log.js";
export interface ConnectionLimits {
    readonly connections: number;
    readonly connectionsPerAddress: number;
    /** In sweeps. */
    readonly handshakeSweeps: number;
    /** Time that the peer of a closed session has to close its end, in sweeps. */
    readonly closeSweeps: number;
}
/** The connections of a server. */
export interface Connections {
    /** Takes a connection into account, or destroys it and returns false. */
    admit(socket: Socket): boolean;
    /** Finds the connection of a session; undefined if its peer has gone. */
    opened(session: Http2Session): void;
    /** Counts a call whose request is complete, which nobody may crowd out. Returns its connection, for `ended`. */
    runs(session: Http2Session | undefined): RunningConnection | undefined;
    /** Counts such a call no longer. */
    ended(connection: RunningConnection): void;
    /** Has the connection of a session read from its peer, or not. */
    setReading(session: Http2Session, isReading: boolean): void;
    /** Cuts connections that have had their time. To be called regularly. */
    sweep(): void;
    /** Cuts every connection. */
    destroy(): void;
}
/** The connection of a call that runs. */
export interface RunningConnection {
    /** Calls that run. */
    readonly running: number;
}
/**
 * Bounds the connections of a server, in all and for each address.
 *
 * At a limit a newcomer takes the place of a connection that has proved nothing, the oldest first, or else of one that has no call
 * running. So silent peers cannot lock out a client that shares their address. Only where calls run on all is the newcomer refused.
 */
export declare function createConnections(limits: ConnectionLimits, floods: FloodLog): Connections;
