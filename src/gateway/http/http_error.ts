import { STATUS_CODES } from "node:http";
import { type ErrorReasonName, isQrLoginError, type QrLoginError } from "../../client/index.js";
import { TicketError } from "../../domain/ticket_error.js";
import type { Problem } from "../../http_types.js";
import { responseByCode, withJsonNames } from "./service_errors.js";

/** Reasons that the gateway itself gives. An error of the service keeps the service's reason. */
export const gatewayErrorReasons = [
  "APP_UNKNOWN",
  "ORIGIN_NOT_ALLOWED",
  "HTTPS_REQUIRED",
  "COOKIE_MISSING",
  "EXCHANGE_NOT_ALLOWED",
  "CODE_CHALLENGE_REQUIRED",
  "MEDIA_TYPE_NOT_SUPPORTED",
  "REQUEST_TOO_LARGE",
  "BODY_ALREADY_READ",
  "ROUTE_NOT_FOUND",
  "STREAMS_EXHAUSTED",
  "CALLER_GONE",
  "SERVICE_UNAVAILABLE",
  "SERVICE_REFUSED",
  "TOKENS_NOT_SIGNED",
  "GATEWAY_STOPPING",
] as const;

export type GatewayErrorReason = (typeof gatewayErrorReasons)[number];

export type HttpErrorReason = ErrorReasonName | GatewayErrorReason;

/** Details of an error besides its reason. */
export interface HttpErrorDetails {
  readonly currentState?: string | undefined;
  /** Number of attempts that are left for a check code. */
  readonly attemptsLeft?: number | undefined;
  /** Invalid fields, under their names in the JSON of the request. */
  readonly fieldViolations?: readonly { readonly field: string; readonly description: string }[];
  readonly retryAfterMs?: number | undefined;
  /** Name of the exceeded limit, for RATE_LIMITED. */
  readonly limit?: string | undefined;
  /** The underlying error, for the log. Never leaves the process. */
  readonly cause?: unknown;
}

/** An error that the gateway reports to the caller. {@link asHttpError} converts the service's errors to it. */
export class HttpError extends Error {
  readonly status: number;
  readonly reason: HttpErrorReason;
  readonly details: HttpErrorDetails;

  /** Creates an error. The message is for people; it must contain no secret, token, handle or QR content. */
  constructor(status: number, reason: HttpErrorReason, message: string, details: HttpErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = "HttpError";
    this.status = status;
    this.reason = reason;
    this.details = details;
  }
}

/**
 * Creates the error for a ticket that does not exist or is not the caller's. The service does not
 * distinguish these either.
 */
export const ticketNotFound = (): HttpError =>
  new HttpError(404, "TICKET_NOT_FOUND", "there is no such ticket");

export const routeNotFound = (): HttpError => new HttpError(404, "ROUTE_NOT_FOUND", "there is no such route");

export const gatewayStopping = (): HttpError =>
  new HttpError(503, "GATEWAY_STOPPING", "the gateway is stopping", { retryAfterMs: 500 });

export function tokensNotSigned(): HttpError {
  const text = "the sign-in service is not configured to sign tokens; take the user information instead";
  return new HttpError(501, "TOKENS_NOT_SIGNED", text);
}

export const invalidRequest = (message: string, fieldViolations: HttpErrorDetails["fieldViolations"] = []) =>
  new HttpError(400, "INVALID_REQUEST", message, { fieldViolations });

/** HTTP status of each reason of the service. */
export const statusByReason: Readonly<Record<ErrorReasonName, number>> = {
  // The gateway's own credential is wrong. For a caller's wrong credential, appUnauthenticated creates a 401.
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
  CHECK_CODE_NOT_EXPECTED: 409,
  CHECK_CODE_MISMATCH: 400,
  TOO_MANY_TICKETS: 429,
  TOO_MANY_WATCHES: 429,
  RATE_LIMITED: 429,
  CONCURRENT_UPDATE: 409,
  WATCH_SUPERSEDED: 409,
  STORE_UNAVAILABLE: 503,
  SERVER_DRAINING: 503,
  ISSUER_UNAVAILABLE: 503,
  // Not 503, after which proxies and clients may repeat the request.
  OUTCOME_UNKNOWN: 502,
  INTERNAL: 502,
  PHONE_TOO_OLD: 409,
  QR_ROTATED: 409,
  SIGN_IN_DISABLED: 403,
  ADMIN_UNAUTHENTICATED: 502,
  POLICY_NOT_SUPPORTED: 403,
};

/** Converts an error of the gateway or of the service. Returns undefined for any other error. */
export function asHttpError(error: unknown): HttpError | undefined {
  if (error instanceof HttpError) return error;
  if (error instanceof TicketError) {
    const { reason, currentState, exceededLimit: limit, retryAfterMs } = error;
    const { message, fieldViolations } = withJsonNames(error.message, error.fieldViolations);
    const details = { currentState, fieldViolations, limit, retryAfterMs };
    return new HttpError(statusByReason[reason], reason, message, details);
  }
  return isQrLoginError(error) ? fromServiceError(error) : undefined;
}

function fromServiceError(error: QrLoginError): HttpError {
  const { reason, currentState, attemptsLeft, retryAfterMs, exceededLimit: limit } = error;
  if (reason === undefined) {
    const { status, text, ...response } = responseByCode(error);
    const { message, fieldViolations } = withJsonNames(text, error.fieldViolations);
    const details = { fieldViolations, retryAfterMs: response.retryAfterMs, cause: error };
    return new HttpError(status, response.reason, message, details);
  }
  const { message, fieldViolations } = withJsonNames(error.rawMessage, error.fieldViolations);
  const isGatewayFault = reason === "APP_UNAUTHENTICATED" || reason === "INTERNAL";
  return new HttpError(
    statusByReason[reason],
    reason,
    isGatewayFault ? "the sign-in service failed" : message,
    {
      currentState,
      attemptsLeft,
      fieldViolations,
      retryAfterMs,
      limit,
      ...(isGatewayFault && { cause: error }),
    },
  );
}

/** Returns the error as problem details (RFC 9457), with the reason and the details as extension members. */
export function toProblem({ status, reason, message, details }: HttpError, requestId: string): Problem {
  const { currentState, attemptsLeft, fieldViolations = [], retryAfterMs, limit } = details;
  return {
    title: STATUS_CODES[status],
    status,
    detail: message,
    reason,
    ...(currentState !== undefined && { currentState }),
    ...(attemptsLeft !== undefined && { attemptsLeft }),
    ...(fieldViolations.length > 0 && { fieldViolations }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(limit !== undefined && { limit }),
    requestId,
  };
}
