import { type ErrorReasonName, type FieldViolation, type RefusalDetails } from "./refusal_details.js";
/**
 * A call that did not end with OK: refused by the service, or failed on the way.
 *
 * Branch on `reason`, where there is none on `code`; the message is for people and may change.
 */
export declare class QrLoginError extends Error {
    /** The gRPC status code. */
    readonly code: number;
    /** Name of the code, such as `NOT_FOUND`; its digits if gRPC knows no such code. */
    readonly codeName: string;
    /** What the service says, for people; the message without code and reason. */
    readonly text: string;
    /** Why the service refused. Undefined when the service did not answer, or with a reason unknown to this client. */
    readonly reason: ErrorReasonName | undefined;
    /** The reason as it was sent, also one that this client does not know. */
    readonly reasonText: string | undefined;
    /** Who gave the reason: `qrlogin.v1` for this service. */
    readonly domain: string | undefined;
    /** State of the ticket that the refusal depends on, such as `EXPIRED`. */
    readonly currentState: string | undefined;
    /** What is wrong with the request. Empty unless the code is INVALID_ARGUMENT. */
    readonly fieldViolations: readonly FieldViolation[];
    /** How long the service asks to wait before another try, in milliseconds. */
    readonly retryAfterMs: number | undefined;
    constructor(code: number, text: string, details?: Partial<RefusalDetails>, options?: ErrorOptions);
}
/** Whether the error is a {@link QrLoginError}, and has the reason if one is given. */
export declare function isQrLoginError(error: unknown): error is QrLoginError;
export declare function isQrLoginError<R extends ErrorReasonName>(error: unknown, reason: R): error is QrLoginError & {
    readonly reason: R;
};
/**
 * Returns whether the call was cut off on its way without an answer of the service, by a proxy say: CANCELLED or DEADLINE_EXCEEDED
 * without a reason, or a stream that was reset, which grpc-js names by its text alone.
 */
export declare function isInterrupted({ code, reasonText, message }: QrLoginError): boolean;
/** What grpc-js failed with, as a {@link QrLoginError} that keeps it as its cause. */
export declare function errorOf(cause: unknown): QrLoginError;
