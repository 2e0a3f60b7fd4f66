import { STATUS_CODES } from "node:http";
import { type ErrorReasonName, isQrLoginError, type QrLoginError } from "../../client/index.js";
import { TicketError } from "../../domain/ticket_error.js";
import { responseByCode } from "./service_errors.js";

/** Why the gateway itself refuses a request. What the service refuses keeps the service's reason. */
export type GatewayErrorReason =
  | "APP_UNKNOWN"
  | "ORIGIN_NOT_ALLOWED"
  | "HTTPS_REQUIRED"
  | "COOKIE_MISSING"
  | "EXCHANGE_NOT_ALLOWED"
  | "CODE_CHALLENGE_REQUIRED"
  | "MEDIA_TYPE_NOT_SUPPORTED"
  | "REQUEST_TOO_LARGE"
  | "ROUTE_NOT_FOUND"
  | "STREAMS_EXHAUSTED"
  | "CALLER_GONE"
  | "SERVICE_UNAVAILABLE"
  | "SERVICE_REFUSED"
  | "TOKENS_NOT_SIGNED"
  | "GATEWAY_STOPPING";

export type HttpErrorReason = ErrorReasonName | GatewayErrorReason;

/** What is told beside the reason. */
export interface HttpErrorDetails {
  readonly currentState?: string | undefined;
  readonly fieldViolations?: readonly { readonly field: string; readonly description: string }[];
  readonly retryAfterMs?: number | undefined;
  /** What made us refuse, for the log. Never leaves the process. */
  readonly cause?: unknown;
}

/** The one error with which a request is refused. Whatever else is thrown is a fault of ours. */
export class HttpError extends Error {
  readonly status: number;
  readonly reason: HttpErrorReason;
  readonly details: HttpErrorDetails;

  /** `message` is for people and must hold no secret, token, handle or text of a QR code. */
  constructor(status: number, reason: HttpErrorReason, message: string, details: HttpErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = "HttpError";
    this.status = status;
    this.reason = reason;
    this.details = details;
  }
}

/** One answer for what is not there and what is not the caller's, as the service gives it. */
export const ticketNotFound = (): HttpError =>
  new HttpError(404, "TICKET_NOT_FOUND", "there is no such ticket");

export const routeNotFound = (): HttpError =>
  new HttpError(404, "ROUTE_NOT_FOUND", "there is no such address");

export const gatewayStopping = (): HttpError =>
  new HttpError(503, "GATEWAY_STOPPING", "the gateway is stopping", { retryAfterMs: 500 });

export const invalidRequest = (message: string, fieldViolations: HttpErrorDetails["fieldViolations"] = []) =>
  new HttpError(400, "INVALID_REQUEST", message, { fieldViolations });

/** The one table from the service's reasons to HTTP. */
const statusByReason: Readonly<Record<ErrorReasonName, number>> = {
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
export function asHttpError(error: unknown): HttpError | undefined {
  if (error instanceof HttpError) return error;
  if (error instanceof TicketError) {
    const { reason, message, currentState, fieldViolations } = error;
    return new HttpError(statusByReason[reason], reason, message, { currentState, fieldViolations });
  }
  return isQrLoginError(error) ? fromServiceError(error) : undefined;
}

function fromServiceError(error: QrLoginError): HttpError {
  const { reason, currentState, fieldViolations, retryAfterMs } = error;
  if (reason === undefined) {
    const { status, text, ...response } = responseByCode(error);
    const details = { fieldViolations, retryAfterMs: response.retryAfterMs, cause: error };
    return new HttpError(status, response.reason, text, details);
  }
  const isGatewayFault = reason === "APP_UNAUTHENTICATED" || reason === "INTERNAL";
  return new HttpError(
    statusByReason[reason],
    reason,
    isGatewayFault ? "the sign-in service failed" : error.rawMessage,
    {
      currentState,
      fieldViolations,
      retryAfterMs,
      ...(isGatewayFault && { cause: error }),
    },
  );
}

/** The refusal as problem details (RFC 9457), with the reason and what else is known as extension members. */
export function toProblem({ status, reason, message, details }: HttpError): Record<string, unknown> {
  const { currentState, fieldViolations = [], retryAfterMs } = details;
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
