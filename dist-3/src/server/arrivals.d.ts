import type { Http2Session, ServerHttp2Stream } from "node:http2";
/** Streams that have arrived and that grpc-js has not got yet. */
export interface Arrivals {
    /**
     * Calls `start` when it is the turn of the stream; never, if the stream is closed before.
     *
     * @param weight How many streams it counts for while it waits.
     */
    add(stream: Arrival, weight: number, start: () => void): void;
}
type Arrival = Pick<ServerHttp2Stream, "session" | "once">;
/**
 * Bounds how many streams grpc-js begins in one turn of the event loop; connections take turns.
 *
 * A turn reads all that has arrived on all connections, which may be thousands of streams. What grpc-js does for a stream costs
 * several times as much as its arrival, and would delay the calls of other clients, timers and signals by seconds. A connection with
 * many streams that wait is not read until they have begun. They are not refused: a reset costs more than the stream, and has the
 * peer send the next one within the same turn. A stream that is reset while it waits costs nothing more.
 *
 * @param setReading Has a connection read, or not.
 */
export declare function createArrivals(setReading: (session: Http2Session, isReading: boolean) => void): Arrivals;
export {};
