import { type StatusObject, status } from "@grpc/grpc-js";
import { type Reason, Refusal } from "../domain/refusal.js";
/** What a reason is on the wire. */
interface Answer {
    readonly code: status;
    /** Sent as RetryInfo where waiting helps, in milliseconds. */
    readonly retryAfter?: number;
    /**
     * Whether gRPC's own retries are told to leave it, which know the code only: what is known to be away for a second or more
     * would be asked for four times.
     */
    readonly noRetries?: true;
}
/** The one table from reasons to gRPC codes. */
export declare const answers: Readonly<Record<Reason, Answer>>;
/** Domain of every ErrorInfo. */
export declare const errorDomain = "qrlogin.v1";
/** The refusal that the caller is told: whatever is not one of ours is INTERNAL, with a fixed text. */
export declare function refusalOf(error: unknown): Refusal;
/** The refusal as a gRPC status with google.rpc details in `grpc-status-details-bin`. */
export declare function statusOf(refusal: Refusal): StatusObject;
export {};
