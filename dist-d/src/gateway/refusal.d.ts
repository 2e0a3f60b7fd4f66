import { type ErrorReasonName } from "../client/index.js";
/** Why the gateway itself refuses a request. What the service refuses keeps the service's reason. */
export type GatewayReason = "APP_UNKNOWN" | "ORIGIN_NOT_ALLOWED" | "HTTPS_REQUIRED" | "COOKIE_MISSING" | "EXCHANGE_NOT_ALLOWED" | "CODE_CHALLENGE_REQUIRED" | "MEDIA_TYPE_NOT_SUPPORTED" | "REQUEST_TOO_LARGE" | "ROUTE_NOT_FOUND" | "STREAMS_EXHAUSTED" | "CALLER_GONE" | "SERVICE_UNAVAILABLE" | "SERVICE_REFUSED" | "TOKENS_NOT_SIGNED" | "GATEWAY_STOPPING";
export type HttpReason = ErrorReasonName | GatewayReason;
/** What is told beside the reason. */
export interface RefusalExtras {
    readonly currentState?: string | undefined;
    readonly fieldViolations?: readonly {
        readonly field: string;
        readonly description: string;
    }[];
    readonly retryAfterMs?: number | undefined;
    /** What made us refuse, for the log. Never leaves the process. */
    readonly cause?: unknown;
}
/** The one error with which a request is refused. Whatever else is thrown is a fault of ours. */
export declare class HttpRefusal extends Error {
    readonly status: number;
    readonly reason: HttpReason;
    readonly extras: RefusalExtras;
    /** `message` is for people and must hold no secret, token, handle or text of a QR code. */
    constructor(status: number, reason: HttpReason, message: string, extras?: RefusalExtras);
}
/** One answer for what is not there and what is not the caller's, as the service gives it. */
export declare const ticketNotFound: () => HttpRefusal;
export declare const routeNotFound: () => HttpRefusal;
export declare const gatewayStopping: () => HttpRefusal;
export declare const invalidRequest: (message: string, fieldViolations?: RefusalExtras["fieldViolations"]) => HttpRefusal;
/** The refusal that the caller is told, or undefined if the error is a fault of ours. */
export declare function refusalOf(error: unknown): HttpRefusal | undefined;
/** The refusal as problem details (RFC 9457), with the reason and what else is known as extension members. */
export declare function problemOf({ status, reason, message, extras }: HttpRefusal): Record<string, unknown>;
