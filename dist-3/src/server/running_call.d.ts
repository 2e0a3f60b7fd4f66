import type { Metadata, ServerUnaryCall, ServerWritableStream } from "@grpc/grpc-js";
import type { EndableCall } from "./in_flight.js";
import type { RequestBytes } from "./raw_requests.js";
export type ServerCall = ServerUnaryCall<RequestBytes, unknown> | ServerWritableStream<RequestBytes, unknown>;
/** A call that is being served, and how its handler learns that it must end early. */
export interface RunningCall extends EndableCall {
    /**
     * Calls the listener once with the reason when the client leaves, the deadline passes or the server ends the call; at once if
     * that has happened. The reason is what to throw.
     */
    onEnd(listener: EndListener): void;
    /** Returns a signal that is aborted then, for what needs one. Made on the first request: most calls end before. */
    signal(): AbortSignal;
    /** Forgets the listeners. To be called when the call is over. */
    release(): void;
}
export type EndListener = (reason: unknown) => void;
/** Registers nothing before somebody asks how the call ends, and then on the call alone, never on what calls share. */
export declare function runningCall(call: ServerCall): RunningCall;
/** The values of the metadata key `authorization`. */
export declare function authorizationOf(metadata: Metadata): string[];
export declare function hasPassed(deadline: Date | number): boolean;
