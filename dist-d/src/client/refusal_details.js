import { Metadata } from "@grpc/grpc-js";
import { BadRequest, ErrorInfo, RetryInfo } from "nice-grpc-error-details";
import { Status } from "nice-grpc-error-details/lib/proto/google/rpc/status.js";
import { ErrorReason } from "../../gen/qrlogin/v1/error_reason.js";
const ourDomain = "qrlogin.v1";
/** The details in the trailers of a call. Whatever is missing or cannot be read is left out; never throws. */
export function refusalDetailsOf(trailers) {
    const details = detailsIn(trailers);
    const info = find(details, "google.rpc.ErrorInfo", ErrorInfo.decode);
    const reasonText = info?.reason || undefined;
    const delay = find(details, "google.rpc.RetryInfo", RetryInfo.decode)?.retryDelay;
    const badRequest = find(details, "google.rpc.BadRequest", BadRequest.decode);
    return {
        reason: reasonText !== undefined && info?.domain === ourDomain ? reasonNamed(reasonText) : undefined,
        reasonText,
        domain: info?.domain || undefined,
        currentState: info?.metadata.current_state || undefined,
        fieldViolations: badRequest?.fieldViolations.map(({ field, description }) => ({ field, description })) ?? [],
        retryAfterMs: delay && Math.max(0, delay.seconds * 1_000 + delay.nanos / 1_000_000),
    };
}
function reasonNamed(text) {
    if (!Object.hasOwn(ErrorReason, text) || text === "UNSPECIFIED" || text === "UNRECOGNIZED")
        return undefined;
    return text;
}
function detailsIn(trailers) {
    const packed = trailers instanceof Metadata ? trailers.get("grpc-status-details-bin")[0] : undefined;
    return (packed instanceof Uint8Array && read(packed, Status.decode)?.details) || [];
}
function find(details, type, decode) {
    const packed = details.find((detail) => detail.typeUrl.endsWith(`/${type}`));
    return packed && read(packed.value, decode);
}
function read(bytes, decode) {
    try {
        return decode(bytes);
    }
    catch {
        // Whatever stands between us and the service can write this trailer. The status code counts without it.
        return undefined;
    }
}
