import { type ClientReadableStream } from "@grpc/grpc-js";
import type { WatchStatusResponse } from "../../gen/qrlogin/v1/qr_login_service.js";
import { TicketStatus } from "../../gen/qrlogin/v1/ticket.js";
import { type BackoffOptions } from "./backoff.js";
import type { InFlight } from "./in_flight.js";
import type { Timing } from "./timing.js";
/** Options of a watch. */
export interface WatchOptions {
    /** Ends the watch when it is aborted; the iteration then throws the reason of the signal. */
    readonly signal?: AbortSignal;
    /** Whether a status that says nothing new is yielded too, as a sign of life every 15 seconds. False by default. */
    readonly heartbeats?: boolean;
    /** Pauses between two attempts to reconnect. */
    readonly backoff?: BackoffOptions;
}
/** What a watch runs on. */
export interface WatchEnvironment {
    /** Starts one WatchStatus call. */
    open(): ClientReadableStream<WatchStatusResponse>;
    readonly inFlight: InFlight;
    readonly timing: Timing;
}
/** The statuses of a ticket until a terminal one, over as many calls as that takes. Each iteration is a watch of its own. */
export declare function watch(environment: WatchEnvironment, options: WatchOptions): AsyncIterable<TicketStatus>;
