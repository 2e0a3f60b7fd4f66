import { STATUS_CODES } from "node:http";
import { isQrLoginError } from "../client/index.js";
import { Refusal } from "../domain/refusal.js";
import { answerByCode } from "./service_codes.js";
/** The one error with which a request is refused. Whatever else is thrown is a fault of ours. */
export class HttpRefusal extends Error {
    status;
    reason;
    extras;
    /** `message` is for people and must hold no secret, token, handle or text of a QR code. */
    constructor(status, reason, message, extras = {}) {
        super(message, { cause: extras.cause });
        this.name = "HttpRefusal";
        this.status = status;
        this.reason = reason;
        this.extras = extras;
    }
}
/** One answer for what is not there and what is not the caller's, as the service gives it. */
export const ticketNotFound = () => new HttpRefusal(404, "TICKET_NOT_FOUND", "there is no such ticket");
export const routeNotFound = () => new HttpRefusal(404, "ROUTE_NOT_FOUND", "there is no such address");
export const gatewayStopping = () => new HttpRefusal(503, "GATEWAY_STOPPING", "the gateway is stopping", { retryAfterMs: 500 });
export const invalidRequest = (message, fieldViolations = []) => new HttpRefusal(400, "INVALID_REQUEST", message, { fieldViolations });
/** The one table from the service's reasons to HTTP. */
const statuses = {
    // The gateway's own credential is wrong: no fault of the page. A caller's own credential is told apart before.
    APP_UNAUTHENTICATED: 502,
    USER_UNAUTHENTICATED: 401,
    USER_TOKEN_EXPIRED: 401,
    INVALID_REQUEST: 400,
    QR_CONTENT_INVALID: 400,
    TICKET_NOT_FOUND: 404,
    USER_POOL_MISMATCH: 403,
    SCANNED_BY_ANOTHER_USER: 403,
    PROOF_INVALID: 403,
    TICKET_NOT_SCANNED: 409,
    TICKET_NOT_AUTHORIZED: 409,
    TICKET_ALREADY_AUTHORIZED: 409,
    TICKET_ALREADY_EXCHANGED: 409,
    TICKET_CANCELLED: 409,
    TICKET_EXPIRED: 409,
    TOO_MANY_TICKETS: 429,
    TOO_MANY_WATCHES: 429,
    RATE_LIMITED: 429,
    CONCURRENT_UPDATE: 409,
    WATCH_SUPERSEDED: 409,
    STORE_UNAVAILABLE: 503,
    SERVER_DRAINING: 503,
    ISSUER_UNAVAILABLE: 503,
    // Not 503, which proxies and browsers take for an invitation to try again.
    OUTCOME_UNKNOWN: 502,
    INTERNAL: 502,
};
/** The refusal that the caller is told, or undefined if the error is a fault of ours. */
export function refusalOf(error) {
    if (error instanceof HttpRefusal)
        return error;
    if (error instanceof Refusal) {
        const { reason, message, currentState, fieldViolations } = error;
        return new HttpRefusal(statuses[reason], reason, message, { currentState, fieldViolations });
    }
    return isQrLoginError(error) ? serviceRefusal(error) : undefined;
}
function serviceRefusal(error) {
    const { reason, currentState, fieldViolations, retryAfterMs } = error;
    if (reason === undefined) {
        const { status, text, ...answer } = answerByCode(error);
        const extras = { fieldViolations, retryAfterMs: answer.retryAfterMs, cause: error };
        return new HttpRefusal(status, answer.reason, text, extras);
    }
    const own = reason === "APP_UNAUTHENTICATED" || reason === "INTERNAL";
    return new HttpRefusal(statuses[reason], reason, own ? "the sign-in service failed" : error.text, {
        currentState,
        fieldViolations,
        retryAfterMs,
        ...(own && { cause: error }),
    });
}
/** The refusal as problem details (RFC 9457), with the reason and what else is known as extension members. */
export function problemOf({ status, reason, message, extras }) {
    const { currentState, fieldViolations = [], retryAfterMs } = extras;
    return {
        title: STATUS_CODES[status],
        status,
        detail: message,
        reason,
        ...(currentState !== undefined && { currentState }),
        ...(fieldViolations.length > 0 && { fieldViolations }),
        ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
}
