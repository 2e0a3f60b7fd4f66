import type { Http2Session, IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import type { Server } from "@grpc/grpc-js";
/** Sees connections, HTTP/2 sessions and streams before grpc-js does. */
export interface Http2Gate {
    /** Returns whether the connection is served. Called before any TLS work. A refused one is left to the gate. */
    connection(socket: Socket): boolean;
    session(session: Http2Session): void;
    /**
     * Decides whether and when grpc-js gets the stream. One that it does not get is left to the gate.
     *
     * @param proceed Hands a stream to grpc-js.
     * @param flags Of the HEADERS frame; `NGHTTP2_FLAG_END_STREAM` for a request without a body.
     * @param rawHeaders Names and values in turn, as they came.
     */
    stream(proceed: StreamListener, stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, rawHeaders: readonly string[]): void;
}
export type StreamListener = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, rawHeaders: readonly string[]) => void;
/**
 * Puts the gate before every listener of a server that is bound.
 *
 * @throws Error when grpc-js keeps its HTTP/2 servers elsewhere than the version that this was written for.
 */
export declare function gateHttp2Servers(server: Server, gate: Http2Gate): void;
