import type { ClientReadableStream } from "@grpc/grpc-js";
import { Metadata, type ServiceError } from "@grpc/grpc-js";
import { QrLoginServiceClient, type WatchStatusRequest, type WatchStatusResponse } from "../../gen/qrlogin/v1/qr_login_service.js";
import { type InFlight } from "./in_flight.js";
import type { Timing } from "./timing.js";
import { type TransportOptions } from "./transport.js";
/** Options of one call. */
export interface CallOptions {
    /** Ends the call when it is aborted; the call then rejects with the reason of the signal. */
    readonly signal?: AbortSignal;
    /** How long the call may take, retries included, in milliseconds. What the client was created with by default. */
    readonly deadlineMs?: number;
}
/** Options of every client. */
export interface ClientOptions extends TransportOptions {
    /** How long a call may take, retries included, in milliseconds; `Infinity` for no limit. 10,000 by default. */
    readonly deadlineMs?: number;
}
/** The value of the metadata key `authorization`, or what asks for it anew for each call. */
export type Authorization = string | (() => string | Promise<string>);
type Unary<Request, Response> = (request: Request, metadata: Metadata, options: {
    deadline: number;
}, callback: (error: ServiceError | null, response: Response) => void) => {
    cancel(): void;
};
/** The channels to the service, and what runs on them. */
export interface Connection {
    readonly inFlight: InFlight;
    /** Makes a unary call. Rejects with a QrLoginError, with the reason of the signal, or with what the token source threw. */
    call<Request, Response>(method: (client: QrLoginServiceClient) => Unary<Request, Response>, request: Request, authorization: Authorization, options: CallOptions): Promise<Response>;
    /** Starts a WatchStatus call, on a channel that has no other calls than watches. */
    watch(request: WatchStatusRequest, authorization: string): ClientReadableStream<WatchStatusResponse>;
    /** Ends all that runs and closes the channels. A second call changes nothing. */
    close(): void;
}
/** @throws TypeError, RangeError when an option makes no sense. */
export declare function openConnection(options: ClientOptions, timing: Timing): Connection;
export {};
