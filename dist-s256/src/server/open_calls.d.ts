import { type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { Connections } from "./connections.js";
import type { FloodLog } from "./flood_log.js";
export interface CallLimits {
    readonly metadataBytes: number;
    /** Requests that have begun and are not complete. One with large metadata counts for several. */
    readonly incompleteRequests: number;
    /** Time that a request may take to arrive, and an answer to be read, in sweeps. */
    readonly requestSweeps: number;
    /** Time that a call may last whose requests are a stream, in sweeps. */
    readonly requestStreamSweeps: number;
    /** Least age of a request that is ended because there are too many, in sweeps. */
    readonly crowdedSweeps: number;
}
/** The streams of a server that carry calls, whatever they call. */
export interface OpenCalls {
    /**
     * Returns whether the metadata of the call is small enough. One whose metadata is not has been answered.
     *
     * @param metadataSize As RFC 9113 counts it.
     */
    admit(stream: ServerHttp2Stream, metadataSize: number): boolean;
    /**
     * Takes a call into account that grpc-js is about to get.
     *
     * @param weight How many requests it counts for while it is incomplete.
     */
    begin(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, weight: number): void;
    /** Ends calls that have had their time. To be called regularly. */
    sweep(): void;
}
export interface MethodTraits {
    /** The side that has a stream of messages, if any. */
    readonly kind: "unary" | "responseStream" | "requestStream";
    readonly needsCredential: boolean;
}
/**
 * Bounds what a peer can have a server hold: metadata that is too large is refused at once, a request whose end does not come
 * is ended in time, and so is a stream whose answer the peer does not read. gRPC knows no such limits, and for grpc-js a call is over
 * when it has been answered; its stream stays as long as the peer likes.
 *
 * @param connections Counts the calls whose request is complete.
 * @param traitsOf Describes the method of a path.
 */
export declare function createOpenCalls(limits: CallLimits, connections: Pick<Connections, "runs" | "ended">, traitsOf: (path: string | undefined) => MethodTraits, floods: FloodLog): OpenCalls;
