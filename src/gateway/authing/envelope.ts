import type { FastifyReply, FastifyRequest } from "fastify";
import { logError, setRetryAfter } from "../http/error_handler.js";
import { asHttpError, type HttpError } from "../http/http_error.js";
import { codeOf, successCode } from "./error_codes.js";

/** The envelope of every response of one version of the Authing API. */
export interface Envelope {
  success(request: FastifyRequest, message: string, data: unknown): Record<string, unknown>;
  error(request: FastifyRequest, httpError: HttpError): Record<string, unknown>;
}

// `message` is always a string, and `data` an object or null: mobile clients cast without a check.
export const version2Envelope: Envelope = {
  success: (_request, message, data) => ({ code: successCode, message, data }),
  error: (_request, httpError) => ({ code: codeOf(httpError), message: messageOf(httpError), data: null }),
};

// A success has no `apiCode`: a client would take it for the outcome.
export const version3Envelope: Envelope = {
  success: ({ id }, message, data) => ({ statusCode: successCode, message, requestId: id, data }),
  error: ({ id }, httpError) => ({
    statusCode: httpError.status === 502 ? 500 : httpError.status,
    message: messageOf(httpError),
    apiCode: codeOf(httpError),
    requestId: id,
    data: null,
  }),
};

/**
 * Creates an error handler that sends errors in the envelope with HTTP status 200; with another status, the
 * SDKs read nothing else. Errors that no SDK causes, such as broken JSON or an origin that is not listed,
 * keep their HTTP status.
 */
export function createErrorHandler(envelope: Envelope) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const httpError = logError(error, request);
    return setRetryAfter(reply, httpError)
      .code(httpStatusOf(error, httpError))
      .header("cache-control", "no-store")
      .send(envelope.error(request, httpError));
  };
}

function httpStatusOf(error: unknown, { reason, status }: HttpError): number {
  if (reason === "ORIGIN_NOT_ALLOWED" || reason === "ROUTE_NOT_FOUND") return status;
  const byFramework = asHttpError(error) === undefined && reason !== "INTERNAL";
  return byFramework ? status : 200;
}

/** Returns the message, including the invalid fields: the SDKs show nothing else. */
function messageOf({ message, details: { fieldViolations = [] } }: HttpError): string {
  const fields = fieldViolations.map(({ field, description }) => `${field} ${description}`);
  return [message, ...(fields.length > 0 ? [fields.join("; ")] : [])].join(": ");
}
