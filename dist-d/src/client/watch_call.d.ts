import { type ClientReadableStream } from "@grpc/grpc-js";
import type { WatchStatusResponse } from "../../gen/qrlogin/v1/qr_login_service.js";
import type { TicketStatus } from "../../gen/qrlogin/v1/ticket.js";
/** One WatchStatus call, from its start to its end. Of what was not read yet it keeps the newest only. */
export interface WatchCall {
    /** The newest unread status, as soon as there is one; undefined once the stream has ended with OK. */
    next(): Promise<TicketStatus | undefined>;
    /** Ends the call at once and forgets what is unread; `next` rejects with the reason. */
    stop(reason: unknown): void;
}
export declare function watchCallOf(stream: ClientReadableStream<WatchStatusResponse>): WatchCall;
