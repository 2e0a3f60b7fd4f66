import { status } from "@grpc/grpc-js";
import { refusalDetailsOf, } from "./refusal_details.js";
/**
 * A call that did not end with OK: refused by the service, or failed on the way.
 *
 * Branch on `reason`, where there is none on `code`; the message is for people and may change.
 */
export class QrLoginError extends Error {
    /** The gRPC status code. */
    code;
    /** Name of the code, such as `NOT_FOUND`; its digits if gRPC knows no such code. */
    codeName;
    /** What the service says, for people; the message without code and reason. */
    text;
    /** Why the service refused. Undefined when the service did not answer, or with a reason unknown to this client. */
    reason;
    /** The reason as it was sent, also one that this client does not know. */
    reasonText;
    /** Who gave the reason: `qrlogin.v1` for this service. */
    domain;
    /** State of the ticket that the refusal depends on, such as `EXPIRED`. */
    currentState;
    /** What is wrong with the request. Empty unless the code is INVALID_ARGUMENT. */
    fieldViolations;
    /** How long the service asks to wait before another try, in milliseconds. */
    retryAfterMs;
    constructor(code, text, details = {}, options) {
        const codeName = status[code] ?? String(code);
        super([codeName, details.reasonText, text].filter(Boolean).join(": "), options);
        this.name = "QrLoginError";
        this.code = code;
        this.codeName = codeName;
        this.text = text;
        this.reason = details.reason;
        this.reasonText = details.reasonText;
        this.domain = details.domain;
        this.currentState = details.currentState;
        this.fieldViolations = details.fieldViolations ?? [];
        this.retryAfterMs = details.retryAfterMs;
    }
}
export function isQrLoginError(error, reason) {
    return error instanceof QrLoginError && (reason === undefined || error.reason === reason);
}
/**
 * Returns whether the call was cut off on its way without an answer of the service, by a proxy say: CANCELLED or DEADLINE_EXCEEDED
 * without a reason, or a stream that was reset, which grpc-js names by its text alone.
 */
export function isInterrupted({ code, reasonText, message }) {
    if (reasonText !== undefined)
        return false;
    if (code === status.CANCELLED || code === status.DEADLINE_EXCEEDED)
        return true;
    return code === status.INTERNAL && message.includes("Received RST_STREAM");
}
/** What grpc-js failed with, as a {@link QrLoginError} that keeps it as its cause. */
export function errorOf(cause) {
    const { code, details, metadata } = (cause ?? {});
    return new QrLoginError(typeof code === "number" ? code : status.UNKNOWN, typeof details === "string" ? details : "The call failed", refusalDetailsOf(metadata), { cause });
}
