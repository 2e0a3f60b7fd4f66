import type { HttpError, HttpErrorReason } from "../http/http_error.js";

/** Code of a successful call. */
export const successCode = 200;

/**
 * Error code of each reason, as `docs/authing-api.md` lists them. They are Authing's codes where it has one
 * for the situation. The codes from 9001 on are this gateway's; Authing never sends them. 2005 (user locked)
 * does not occur.
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
  SERVICE_REFUSED: 500,
  TICKET_NOT_SCANNED: 9001,
  TICKET_NOT_AUTHORIZED: 9002,
  TICKET_ALREADY_AUTHORIZED: 9003,
  TICKET_ALREADY_EXCHANGED: 9004,
  TICKET_CANCELLED: 9005,
  TICKET_EXPIRED: 9006,
  OUTCOME_UNKNOWN: 9007,
  TOKENS_NOT_SIGNED: 9008,
};

/** Returns the error code of an error. */
export function codeOf({ reason, status }: HttpError): number {
  // The gateway's own credential is wrong. The caller could not fix that by signing in.
  if (reason === "APP_UNAUTHENTICATED" && status >= 500) return codeByReason.INTERNAL;
  return codeByReason[reason];
}
