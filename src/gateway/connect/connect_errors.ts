import { Code, ConnectError } from "@connectrpc/connect";
import { codeToHttpStatus, codeToString } from "@connectrpc/connect/protocol-connect";
import type { FastifyRequest } from "fastify";
import { statusDetailsOf } from "../../client/forwarding_client.js";
import { isQrLoginError, type QrLoginError } from "../../client/index.js";
import { errorHeaders, logError } from "../http/error_handler.js";
import type { HttpError } from "../http/http_error.js";
import { requestIdOf } from "../http/request_id.js";
import { annotateLog } from "../http/request_log.js";
import { serviceDomain } from "../http/service_errors.js";
import { type ConnectErrorDetail, detailsOf, withJson } from "./error_details.js";

/** Longest text of the library that is sent on, in characters. */
const maxLibraryText = 200;

/** Code of an error of the gateway itself, by HTTP status. */
const codeByStatus: Readonly<Record<number, Code>> = {
  400: Code.InvalidArgument,
  401: Code.Unauthenticated,
  403: Code.PermissionDenied,
  // A method, a verb or a media type that the gateway does not serve.
  404: Code.Unimplemented,
  405: Code.Unimplemented,
  413: Code.ResourceExhausted,
  415: Code.Unimplemented,
  429: Code.ResourceExhausted,
  499: Code.Canceled,
  503: Code.Unavailable,
};

/**
 * Returns the error that the caller receives, and logs its reason. An error of the service keeps code, message
 * and details. An error without a reason, such as a lost connection, could disclose addresses behind the
 * gateway and gets the gateway's own text.
 */
export function reportError(error: unknown, request: FastifyRequest): ConnectError {
  if (isQrLoginError(error) && error.domain === serviceDomain) return fromService(error, request);
  // The caller's deadline.
  if (error instanceof ConnectError) {
    annotateLog(request, { reason: codeToString(error.code).toUpperCase() });
    return error;
  }
  return toConnectError(logError(error, request), request);
}

/**
 * Returns the error for a request that the library cannot read, and logs its reason. Quotes nothing of the
 * request.
 */
export function reportUnreadableRequest(
  { code, rawMessage, metadata }: ConnectError,
  request: FastifyRequest,
): ConnectError {
  const reason = code === Code.ResourceExhausted ? "REQUEST_TOO_LARGE" : "INVALID_REQUEST";
  annotateLog(request, { reason });
  const text =
    code === Code.Unimplemented
      ? "the body must be compressed with gzip or br, or not at all"
      : rawMessage.replace(/(?: from JSON|").*$/s, "").slice(0, maxLibraryText);
  // The library blames itself for a message that it cannot decode.
  const ownCode = code === Code.Internal ? Code.InvalidArgument : code;
  return createError(
    text,
    ownCode,
    metadata,
    detailsOf({ reason, message: text, details: {} }, requestIdOf(request)),
  );
}

function fromService(error: QrLoginError, request: FastifyRequest): ConnectError {
  const { code, rawMessage, rawReason = "", retryAfterMs, exceededLimit: limit } = error;
  annotateLog(request, { reason: rawReason, limit });
  const headers = errorHeaders(codeToHttpStatus(code), rawReason, retryAfterMs);
  return createError(rawMessage, code, headers, statusDetailsOf(error).map(withJson));
}

/** Returns an error of the gateway itself as the caller receives it. */
export function toConnectError(error: HttpError, request: FastifyRequest): ConnectError {
  const { status, reason, message, details } = error;
  const headers = errorHeaders(status, reason, details.retryAfterMs);
  return createError(message, codeOfStatus(status), headers, detailsOf(error, requestIdOf(request)));
}

/** Returns the code of an error of the gateway itself with this HTTP status. */
export function codeOfStatus(status: number): Code {
  return codeByStatus[status] ?? Code.Internal;
}

function createError(
  text: string,
  code: Code,
  headers: Headers | Record<string, string>,
  details: ConnectErrorDetail[],
): ConnectError {
  const error = new ConnectError(text, code, headers);
  error.details = details;
  return error;
}
