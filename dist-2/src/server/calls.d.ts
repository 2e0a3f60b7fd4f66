import type { handleServerStreamingCall, handleUnaryCall } from "@grpc/grpc-js";
import type { Admission } from "./admission.js";
import type { CallLog } from "./call_log.js";
import { type Decoder } from "./decode.js";
import { type Encoder } from "./encode.js";
import type { InFlight, InFlightKind } from "./in_flight.js";
import type { RequestBytes } from "./raw_requests.js";
import { type EndListener, type RunningCall } from "./running_call.js";
/** What a handler may know of its call beside the request. */
export interface CallContext {
    /** Names the ticket for the log, which sees a hash of it. */
    about(ticketId: string | undefined): void;
    /**
     * Calls the listener once when the client leaves, the deadline of the call passes, or the server ends the call: a watch when it
     * begins to stop, any other call at its own deadline. The reason is what to throw.
     */
    onEnd(listener: EndListener): void;
    /** Returns a signal that is aborted then. */
    signal(): AbortSignal;
}
/** A unary RPC: how its request is read and answered. */
export interface Method<Caller, Request, Response> {
    readonly request: Decoder<Request>;
    readonly response: Encoder<Response>;
    handle(caller: Caller, request: Request, call: CallContext): Promise<Response>;
}
/** A server-streaming RPC. */
export interface StreamMethod<Caller, Request, Response> {
    readonly request: Decoder<Request>;
    readonly response: Encoder<Response>;
    /** Begins to produce messages. Writes nothing to the output before it has returned. */
    open(caller: Caller, request: Request, output: StreamOutput<Response>, call: CallContext): StreamSource;
}
/** Where the messages of a stream go. */
export interface StreamOutput<Response> {
    /** Sends a message. The source is asked to resume once the message is on its way, so that none wait in line. */
    write(message: Response): void;
    /** Ends the stream, with OK if there is no error. */
    end(error: unknown): void;
}
/** Producer of the messages of a stream. */
export interface StreamSource {
    /** Asks for one more message. */
    resume(): void;
    /** Has the source end its output with the reason, at once. */
    end(reason: unknown): void;
}
/** A kind of caller: authenticated by the credential alone, named in the log, and counted by its key. */
export interface CallerKind<Caller> {
    authenticate(authorization: readonly string[], call: RunningCall): Caller | Promise<Caller>;
    describe(caller: Caller): {
        readonly app: string;
    } | {
        readonly pool: string;
    };
    /** Whose calls count together. */
    keyOf(caller: Caller): string;
}
/** What every call goes through. */
export interface CallEdge {
    readonly log: CallLog;
    readonly inFlight: InFlight;
    readonly admissions: Readonly<Record<InFlightKind, Admission>>;
}
/**
 * The edge between grpc-js callbacks and promises. In this order: credential, limits, request, use case; then the answer, or
 * the refusal with its details; then one line in the log.
 *
 * Requests come as bytes: grpc-js would answer garbage with INTERNAL before we could call it INVALID_REQUEST.
 */
export declare function unary<Caller, Request, Response>(name: string, kind: CallerKind<Caller>, method: Method<Caller, Request, Response>, edge: CallEdge): handleUnaryCall<RequestBytes, Buffer>;
/** Like {@link unary} for a stream. */
export declare function serverStream<Caller, Request, Response>(name: string, kind: CallerKind<Caller>, method: StreamMethod<Caller, Request, Response>, edge: CallEdge): handleServerStreamingCall<RequestBytes, Buffer>;
