import type { FastifyReply, FastifyRequest } from "fastify";
import { errorHeaders, logError } from "../../http/error_handler.js";
import type { HttpError } from "../../http/http_error.js";
import { messageOf } from "../envelope.js";

/** Sends an error as OAuth 2.0 does (RFC 6749, section 5.2; RFC 6750, section 3.1), with its own HTTP status. */
export function sendOauthError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const httpError = logError(error, request);
  const { status, reason, details } = httpError;
  return reply
    .headers(errorHeaders(status, reason, details.retryAfterMs))
    .code(status)
    .header("cache-control", "no-store")
    .send({ error: oauthErrorOf(httpError), error_description: messageOf(httpError) });
}

function oauthErrorOf({ status, reason }: HttpError): string {
  if (status === 401) return reason === "APP_UNAUTHENTICATED" ? "invalid_client" : "invalid_token";
  if (status === 403) return "access_denied";
  if (status === 429 || status === 503) return "temporarily_unavailable";
  return status < 500 ? "invalid_request" : "server_error";
}
