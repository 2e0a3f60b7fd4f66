import type { FastifyReply, FastifyRequest } from "fastify";
import { logError, setRetryAfter } from "../http/error_handler.js";
import { asHttpError, type HttpError } from "../http/http_error.js";
import { codeOf, successCode } from "./error_codes.js";

/** What every answer of a version of the Authing API is wrapped in. */
export interface Envelope {
  success(request: FastifyRequest, message: string, data: unknown): Record<string, unknown>;
  error(request: FastifyRequest, httpError: HttpError): Record<string, unknown>;
}

// `message` is always there and a text, and `data` an object or null: mobile clients cast without looking.
export const version2Envelope: Envelope = {
  success: (_request, message, data) => ({ code: successCode, message, data }),
  error: (_request, refusal) => ({ code: codeOf(refusal), message: messageOf(refusal), data: null }),
};

// No `apiCode` beside a success: a client takes it for the outcome.
export const version3Envelope: Envelope = {
  success: ({ id }, message, data) => ({ statusCode: successCode, message, requestId: id, data }),
  error: ({ id }, refusal) => ({
    statusCode: refusal.status === 502 ? 500 : refusal.status,
    message: messageOf(refusal),
    apiCode: codeOf(refusal),
    requestId: id,
    data: null,
  }),
};

/**
 * Answers refusals in the envelope, with HTTP 200: of anything else the SDKs read nothing but the status. What no SDK sends,
 * such as broken JSON or a page of an origin that is not listed, keeps its HTTP status.
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

/** The SDKs show nothing but the message, so it names the fields too. */
function messageOf({ message, details: { fieldViolations = [] } }: HttpError): string {
  const fields = fieldViolations.map(({ field, description }) => `${field} ${description}`);
  return [message, ...(fields.length > 0 ? [fields.join("; ")] : [])].join(": ");
}
