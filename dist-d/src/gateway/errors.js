import { HttpRefusal, problemOf, refusalOf, routeNotFound } from "./refusal.js";
import { hasOwnFaultLine, note } from "./request_log.js";
/** The refusal that a request ends with, whatever was thrown: what is not one of ours is a fault, logged with its cause. */
export function refusalFor(error, request) {
    const refusal = refusalOf(error) ?? frameworkRefusal(error) ?? new HttpRefusal(500, "INTERNAL", "internal error");
    note(request, { reason: refusal.reason });
    const { reason, extras } = refusal;
    const isInternal = reason === "INTERNAL";
    if ((isInternal || extras.cause !== undefined) && hasOwnFaultLine(request, reason)) {
        if (isInternal)
            request.log.error({ err: error }, "request failed");
        else
            request.log.warn({ err: extras.cause }, "service failed");
    }
    return refusal;
}
/** Answers a refusal as problem details (RFC 9457). */
export function sendProblem(error, request, reply) {
    const refusal = refusalFor(error, request);
    return sayHow(sayWhen(reply, refusal), refusal)
        .code(refusal.status)
        .header("cache-control", "no-store")
        .type("application/problem+json")
        .send(problemOf(refusal));
}
/** `Retry-After` where waiting helps, in whole seconds (RFC 9110, section 10.2.3). */
export function sayWhen(reply, { extras: { retryAfterMs } }) {
    return retryAfterMs === undefined ? reply : reply.header("retry-after", Math.ceil(retryAfterMs / 1_000));
}
/** With 401 the scheme that would do (RFC 9110, section 15.5.2). */
function sayHow(reply, { status, reason }) {
    if (status !== 401)
        return reply;
    const challenge = reason === "APP_UNAUTHENTICATED" ? 'Basic realm="qrlogin", charset="UTF-8"' : "Bearer";
    return reply.header("www-authenticate", challenge);
}
/** What fastify itself refuses: body and content type. Its messages name no content. */
function frameworkRefusal(error) {
    if (!(error instanceof Error))
        return undefined;
    const { statusCode = 500 } = error;
    switch (statusCode) {
        case 413:
            return new HttpRefusal(413, "REQUEST_TOO_LARGE", "the body is too large");
        case 415:
            return new HttpRefusal(415, "MEDIA_TYPE_NOT_SUPPORTED", "the body must be application/json");
        case 404:
            return routeNotFound();
        case 429:
            return new HttpRefusal(429, "RATE_LIMITED", "calls come too fast");
        default:
            return statusCode >= 400 && statusCode < 500
                ? new HttpRefusal(statusCode, "INVALID_REQUEST", "the request cannot be read")
                : undefined;
    }
}
