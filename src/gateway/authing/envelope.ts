import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { logError, setRetryAfter } from "../http/error_handler.js";
import { asHttpError, type HttpError, type HttpErrorReason, routeNotFound } from "../http/http_error.js";
import { requestIdOf } from "../http/request_id.js";

/** Code of a successful call. */
const successCode = 200;

/**
 * Error code of each reason, as `docs/authing-api.md` lists them. Uses Authing's own code where there is
 * one for the situation. The codes from 9001 on are the gateway's; Authing never sends them. Authing's 2005
 * (user locked) does not occur.
 */
const codeByReason: Readonly<Record<HttpErrorReason, number>> = {
  USER_UNAUTHENTICATED: 2020,
  USER_TOKEN_EXPIRED: 2206,
  USER_POOL_MISMATCH: 2036,
  TICKET_NOT_FOUND: 2241,
  QR_CONTENT_INVALID: 2241,
  APP_UNKNOWN: 2011,
  // The caller's credential. For the gateway's own, see codeOf.
  APP_UNAUTHENTICATED: 2020,
  EXCHANGE_NOT_ALLOWED: 2020,
  SCANNED_BY_ANOTHER_USER: 1001,
  PROOF_INVALID: 1001,
  // "Busy, try again later".
  CONCURRENT_UPDATE: 1000,
  WATCH_SUPERSEDED: 1000,
  STORE_UNAVAILABLE: 1000,
  SERVER_DRAINING: 1000,
  ISSUER_UNAVAILABLE: 1000,
  SERVICE_UNAVAILABLE: 1000,
  STREAMS_EXHAUSTED: 1000,
  GATEWAY_STOPPING: 1000,
  CALLER_GONE: 1000,
  INVALID_REQUEST: 400,
  ORIGIN_NOT_ALLOWED: 403,
  // Only the gateway's own API sends these.
  CODE_CHALLENGE_REQUIRED: 403,
  HTTPS_REQUIRED: 403,
  COOKIE_MISSING: 403,
  ROUTE_NOT_FOUND: 404,
  REQUEST_TOO_LARGE: 413,
  MEDIA_TYPE_NOT_SUPPORTED: 415,
  TOO_MANY_TICKETS: 429,
  TOO_MANY_WATCHES: 429,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  BODY_ALREADY_READ: 500,
  SERVICE_REFUSED: 500,
  TICKET_NOT_SCANNED: 9001,
  TICKET_NOT_AUTHORIZED: 9002,
  TICKET_ALREADY_AUTHORIZED: 9003,
  TICKET_ALREADY_EXCHANGED: 9004,
  TICKET_CANCELLED: 9005,
  TICKET_EXPIRED: 9006,
  OUTCOME_UNKNOWN: 9007,
  TOKENS_NOT_SIGNED: 9008,
  CHECK_CODE_NOT_EXPECTED: 9009,
  CHECK_CODE_MISMATCH: 9010,
  PHONE_TOO_OLD: 9011,
  QR_ROTATED: 9012,
  SIGN_IN_DISABLED: 9013,
  POLICY_NOT_SUPPORTED: 9014,
  ADMIN_UNAUTHENTICATED: 500,
};

/** Returns the error code of an error. */
export function codeOf({ reason, status }: HttpError): number {
  // The gateway's own credential is wrong, which the caller cannot fix.
  if (reason === "APP_UNAUTHENTICATED" && status >= 500) return codeByReason.INTERNAL;
  return codeByReason[reason];
}

/** The envelope of every response of one version of the Authing API. */
export interface Envelope {
  success(request: FastifyRequest, message: string, data: unknown): Record<string, unknown>;
  error(request: FastifyRequest, httpError: HttpError): Record<string, unknown>;
}

// `message` is always a string, and `data` is an object or null, since mobile clients cast without a check.
export const version2Envelope: Envelope = {
  success: (_request, message, data) => ({ code: successCode, message, data }),
  error: (_request, httpError) => ({ code: codeOf(httpError), message: messageOf(httpError), data: null }),
};

// A success has no `apiCode`, which a client would read as the result of the call.
export const version3Envelope: Envelope = {
  success: (request, message, data) => ({
    statusCode: successCode,
    message,
    requestId: requestIdOf(request),
    data,
  }),
  error: (request, httpError) => ({
    statusCode: httpError.status === 502 ? 500 : httpError.status,
    message: messageOf(httpError),
    apiCode: codeOf(httpError),
    requestId: requestIdOf(request),
    data: null,
  }),
};

/**
 * Creates an error handler that sends errors in the envelope with HTTP status 200, since the SDKs ignore the
 * body of any other status. Errors that no SDK causes, such as broken JSON or an origin that is not listed,
 * keep their HTTP status. With `keepStatus`, all errors do.
 */
export function createErrorHandler(envelope: Envelope, { keepStatus = false } = {}) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const httpError = logError(error, request);
    return setRetryAfter(reply, httpError)
      .code(keepStatus ? httpError.status : httpStatusOf(error, httpError))
      .header("cache-control", "no-store")
      .send(envelope.error(request, httpError));
  };
}

/** Adds a route for every other path of an instance, which responds with an error in its envelope. */
export function rejectOtherPaths(instance: FastifyInstance): void {
  instance.route({
    method: ["GET", "POST"],
    url: "/*",
    config: { isCatchAll: true },
    handler: async () => {
      throw routeNotFound();
    },
  });
}

function httpStatusOf(error: unknown, { reason, status }: HttpError): number {
  if (reason === "ORIGIN_NOT_ALLOWED" || reason === "ROUTE_NOT_FOUND") return status;
  const isFrameworkError = asHttpError(error) === undefined && reason !== "INTERNAL";
  return isFrameworkError ? status : 200;
}

/** Returns the message with the invalid fields appended, since the SDKs show nothing but the message. */
export function messageOf({ message, details: { fieldViolations = [] } }: HttpError): string {
  const fields = fieldViolations.map(({ field, description }) => `${field} ${description}`);
  return [message, ...(fields.length > 0 ? [fields.join("; ")] : [])].join(": ");
}
