import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { asHttpError, HttpError, routeNotFound, toProblem } from "./http_error.js";
import { annotateLog, shouldLogFault } from "./request_log.js";

/** The refusal that a request ends with, whatever was thrown: what is not one of ours is a fault, logged with its cause. */
export function logError(error: unknown, request: FastifyRequest): HttpError {
  const httpError =
    asHttpError(error) ?? frameworkError(error) ?? new HttpError(500, "INTERNAL", "internal error");
  annotateLog(request, { reason: httpError.reason });
  const { reason, details } = httpError;
  const isInternal = reason === "INTERNAL";
  if ((isInternal || details.cause !== undefined) && shouldLogFault(request, reason)) {
    if (isInternal) request.log.error({ err: error }, "request failed");
    else request.log.warn({ err: details.cause }, "service failed");
  }
  return httpError;
}

/** Answers a refusal as problem details (RFC 9457). */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const httpError = logError(error, request);
  return setWwwAuthenticate(setRetryAfter(reply, httpError), httpError)
    .code(httpError.status)
    .header("cache-control", "no-store")
    .type("application/problem+json")
    .send(toProblem(httpError));
}

/** `Retry-After` where waiting helps, in whole seconds (RFC 9110, section 10.2.3). */
export function setRetryAfter(reply: FastifyReply, { details: { retryAfterMs } }: HttpError): FastifyReply {
  return retryAfterMs === undefined ? reply : reply.header("retry-after", Math.ceil(retryAfterMs / 1_000));
}

/** With 401 the scheme that would do (RFC 9110, section 15.5.2). */
function setWwwAuthenticate(reply: FastifyReply, { status, reason }: HttpError): FastifyReply {
  if (status !== 401) return reply;
  const challenge = reason === "APP_UNAUTHENTICATED" ? 'Basic realm="qrlogin", charset="UTF-8"' : "Bearer";
  return reply.header("www-authenticate", challenge);
}

/** What fastify itself refuses: body and content type. Its messages name no content. */
function frameworkError(error: unknown): HttpError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { statusCode = 500 }: Partial<FastifyError> = error;
  switch (statusCode) {
    case 413:
      return new HttpError(413, "REQUEST_TOO_LARGE", "the body is too large");
    case 415:
      return new HttpError(415, "MEDIA_TYPE_NOT_SUPPORTED", "the body must be application/json");
    case 404:
      return routeNotFound();
    case 429:
      return new HttpError(429, "RATE_LIMITED", "calls come too fast");
    default:
      return statusCode >= 400 && statusCode < 500
        ? new HttpError(statusCode, "INVALID_REQUEST", "the request cannot be read")
        : undefined;
  }
}
