import { Metadata, status } from "@grpc/grpc-js";
import { BadRequest, ErrorInfo, RetryInfo } from "nice-grpc-error-details";
import { Status } from "nice-grpc-error-details/lib/proto/google/rpc/status.js";
import { Refusal } from "../domain/refusal.js";
/** The one table from reasons to gRPC codes. */
export const answers = {
    APP_UNAUTHENTICATED: { code: status.UNAUTHENTICATED },
    USER_UNAUTHENTICATED: { code: status.UNAUTHENTICATED },
    USER_TOKEN_EXPIRED: { code: status.UNAUTHENTICATED },
    INVALID_REQUEST: { code: status.INVALID_ARGUMENT },
    QR_CONTENT_INVALID: { code: status.INVALID_ARGUMENT },
    TICKET_NOT_FOUND: { code: status.NOT_FOUND },
    USER_POOL_MISMATCH: { code: status.PERMISSION_DENIED },
    SCANNED_BY_ANOTHER_USER: { code: status.PERMISSION_DENIED },
    PROOF_INVALID: { code: status.PERMISSION_DENIED },
    TICKET_NOT_SCANNED: { code: status.FAILED_PRECONDITION },
    TICKET_NOT_AUTHORIZED: { code: status.FAILED_PRECONDITION },
    TICKET_ALREADY_AUTHORIZED: { code: status.FAILED_PRECONDITION },
    TICKET_ALREADY_EXCHANGED: { code: status.FAILED_PRECONDITION },
    TICKET_CANCELLED: { code: status.FAILED_PRECONDITION },
    TICKET_EXPIRED: { code: status.FAILED_PRECONDITION },
    TOO_MANY_TICKETS: { code: status.RESOURCE_EXHAUSTED, retryAfter: 5_000 },
    TOO_MANY_WATCHES: { code: status.RESOURCE_EXHAUSTED, retryAfter: 2_000 },
    RATE_LIMITED: { code: status.RESOURCE_EXHAUSTED, retryAfter: 1_000 },
    CONCURRENT_UPDATE: { code: status.ABORTED, retryAfter: 100 },
    WATCH_SUPERSEDED: { code: status.ABORTED },
    STORE_UNAVAILABLE: { code: status.UNAVAILABLE, retryAfter: 1_000 },
    SERVER_DRAINING: { code: status.UNAVAILABLE, retryAfter: 500 },
    ISSUER_UNAVAILABLE: { code: status.UNAVAILABLE, retryAfter: 2_000, noRetries: true },
    OUTCOME_UNKNOWN: { code: status.UNAVAILABLE },
    INTERNAL: { code: status.INTERNAL },
};
/** Domain of every ErrorInfo. */
export const errorDomain = "qrlogin.v1";
/** The refusal that the caller is told: whatever is not one of ours is INTERNAL, with a fixed text. */
export function refusalOf(error) {
    return error instanceof Refusal ? error : new Refusal("INTERNAL", undefined, { cause: error });
}
/** The refusal as a gRPC status with google.rpc details in `grpc-status-details-bin`. */
export function statusOf(refusal) {
    const { code, retryAfter, noRetries } = answers[refusal.reason];
    const details = [packed(ErrorInfo, errorInfoOf(refusal))];
    if (refusal.fieldViolations.length > 0) {
        details.push(packed(BadRequest, BadRequest.fromPartial({ fieldViolations: [...refusal.fieldViolations] })));
    }
    if (retryAfter !== undefined) {
        const seconds = Math.floor(retryAfter / 1_000);
        const retryDelay = { seconds, nanos: (retryAfter % 1_000) * 1_000_000 };
        details.push(packed(RetryInfo, RetryInfo.fromPartial({ retryDelay })));
    }
    const rich = Status.encode(Status.fromPartial({ code, message: refusal.message, details })).finish();
    const metadata = new Metadata();
    metadata.set("grpc-status-details-bin", Buffer.from(rich));
    // gRFC A6: a negative value forbids another attempt.
    if (noRetries)
        metadata.set("grpc-retry-pushback-ms", "-1");
    return { code, details: refusal.message, metadata };
}
function errorInfoOf(refusal) {
    const metadata = refusal.currentState ? { current_state: refusal.currentState } : {};
    return ErrorInfo.fromPartial({ reason: refusal.reason, domain: errorDomain, metadata });
}
function packed(type, message) {
    return { typeUrl: `type.googleapis.com/${type.$type}`, value: Buffer.from(type.encode(message).finish()) };
}
