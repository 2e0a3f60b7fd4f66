import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { requestIdHeader } from "../../base/request_id.js";
import { asHttpError, HttpError, routeNotFound, toProblem } from "./http_error.js";
import { requestIdLogFields, requestIdOf } from "./request_id.js";
import { annotateLog, shouldLogFault } from "./request_log.js";

/**
 * Returns the error that the caller receives, and logs its reason. Also logs an internal error itself, and the
 * cause of any other error that has one, within the rate limit of the log.
 */
export function logError(error: unknown, request: FastifyRequest): HttpError {
  const httpError =
    asHttpError(error) ?? frameworkError(error) ?? new HttpError(500, "INTERNAL", "internal error");
  annotateLog(request, { reason: httpError.reason, limit: httpError.details.limit });
  const { reason, status, details } = httpError;
  // A fault of the gateway, or of the server that it runs in.
  const isOwnFault = reason === "INTERNAL" || status === 500;
  if ((isOwnFault || details.cause !== undefined) && shouldLogFault(request, reason)) {
    const fields = requestIdLogFields(request);
    if (isOwnFault) request.log.error({ ...fields, err: details.cause ?? error }, "request failed");
    else request.log.warn({ ...fields, err: details.cause }, "service failed");
  }
  return httpError;
}

/** Sends an error as problem details (RFC 9457). */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const httpError = logError(error, request);
  const { status, reason, details } = httpError;
  const requestId = requestIdOf(request);
  return (
    reply
      .headers(errorHeaders(status, reason, details.retryAfterMs))
      .code(status)
      // A request without a route has passed no hook that could have set these.
      .headers({ "cache-control": "no-store", [requestIdHeader]: requestId })
      .type("application/problem+json")
      .send(toProblem(httpError, requestId))
  );
}

/**
 * Returns the headers of an error response: `Retry-After` if the error has a delay, and `WWW-Authenticate` with
 * status 401, as RFC 9110, section 15.5.2, requires.
 */
export function errorHeaders(
  status: number,
  reason: string,
  retryAfterMs: number | undefined,
): Record<string, string> {
  const challenge = reason === "APP_UNAUTHENTICATED" ? 'Basic realm="qrlogin", charset="UTF-8"' : "Bearer";
  return { ...retryAfterHeader(retryAfterMs), ...(status === 401 && { "www-authenticate": challenge }) };
}

/** Sets `Retry-After` if the error has a delay. */
export function setRetryAfter(reply: FastifyReply, { details }: HttpError): FastifyReply {
  return reply.headers(retryAfterHeader(details.retryAfterMs));
}

/** Returns `Retry-After` in whole seconds (RFC 9110, section 10.2.3). */
function retryAfterHeader(retryAfterMs: number | undefined): Record<string, string> {
  return retryAfterMs === undefined ? {} : { "retry-after": String(Math.ceil(retryAfterMs / 1_000)) };
}

/**
 * Translates an error of fastify itself, such as an invalid body or content type. The new messages do not
 * quote the request.
 */
function frameworkError(error: unknown): HttpError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { statusCode = 500 }: Partial<FastifyError> = error;
  switch (statusCode) {
    case 413:
      return new HttpError(413, "REQUEST_TOO_LARGE", "the body is too large");
    case 415:
      return new HttpError(415, "MEDIA_TYPE_NOT_SUPPORTED", "the content type must be application/json");
    case 404:
      return routeNotFound();
    case 429:
      return new HttpError(429, "RATE_LIMITED", "too many requests");
    default:
      return statusCode >= 400 && statusCode < 500
        ? new HttpError(statusCode, "INVALID_REQUEST", "the request cannot be read")
        : undefined;
  }
}
