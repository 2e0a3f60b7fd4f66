import type { LimitName } from "./limits.js";

/**
 * Default messages for people, by error reason. The reasons are a closed set, named as in `ErrorReason` of the proto,
 * which explains them. A test checks that this table, the proto and the table of gRPC codes have the same reasons.
 */
const messages = {
  APP_UNAUTHENTICATED: "a valid app credential is required",
  USER_UNAUTHENTICATED: "a valid user token is required",
  USER_TOKEN_EXPIRED: "the user token has expired",
  INVALID_REQUEST: "the request is not valid",
  QR_CONTENT_INVALID: "this is not a QR code of this service",
  TICKET_NOT_FOUND: "there is no such ticket",
  USER_POOL_MISMATCH: "the user belongs to another user pool than the ticket",
  SCANNED_BY_ANOTHER_USER: "another user has scanned this code",
  PROOF_INVALID: "the code verifier is missing, wrong or unexpected",
  TICKET_NOT_SCANNED: "the code has not been scanned yet",
  TICKET_NOT_AUTHORIZED: "the sign-in has not been approved yet",
  TICKET_ALREADY_AUTHORIZED: "the sign-in has been approved already",
  TICKET_ALREADY_EXCHANGED: "the sign-in has been completed already",
  TICKET_CANCELLED: "the sign-in has been cancelled",
  TICKET_EXPIRED: "the code has expired",
  CHECK_CODE_NOT_EXPECTED: "the ticket is not waiting for this check code",
  CHECK_CODE_MISMATCH: "the check code is wrong",
  TOO_MANY_TICKETS: "the ticket limit is reached",
  TOO_MANY_WATCHES: "the watch limit is reached",
  RATE_LIMITED: "the rate limit is exceeded",
  CONCURRENT_UPDATE: "the ticket was changed concurrently; try again",
  WATCH_SUPERSEDED: "a newer watch of this ticket has replaced this one",
  STORE_UNAVAILABLE: "the store is unavailable",
  SERVER_DRAINING: "the server is stopping",
  ISSUER_UNAVAILABLE: "the issuer of the user token is unavailable",
  OUTCOME_UNKNOWN: "it is unknown whether the exchange took effect; start a new sign-in",
  INTERNAL: "internal error",
  PHONE_TOO_OLD: "the mobile app lacks something that this sign-in needs; update the app",
  QR_ROTATED: "the screen shows a newer code; scan that one",
  SIGN_IN_DISABLED: "sign-ins are disabled by an administrator",
  ADMIN_UNAUTHENTICATED: "a valid administrator credential is required",
  POLICY_NOT_SUPPORTED: "the policy of the app needs something that the creator of the ticket cannot do",
} as const;

export type ErrorReason = keyof typeof messages;

export const errorReasons = Object.keys(messages) as readonly ErrorReason[];

/** A request field that breaks its limits. */
export interface FieldViolation {
  /** Path in the request in proto names, such as `qr_image.size`. */
  readonly field: string;
  /** Description for people. Never contains the value. */
  readonly description: string;
}

export interface ErrorDetails {
  /** Name of the state that the error depends on. */
  readonly currentState?: string;
  /** Number of attempts that are left, for CHECK_CODE_MISMATCH. */
  readonly attemptsLeft?: number | undefined;
  /** Name of the exceeded limit, for RATE_LIMITED. */
  readonly exceededLimit?: LimitName | undefined;
  /** Time after which to call again, in milliseconds, if it is known better than the reason tells. */
  readonly retryAfterMs?: number | undefined;
  readonly fieldViolations?: readonly FieldViolation[];
  /** Cause for the log. Never leaves the process. */
  readonly cause?: unknown;
}

/** The error of a call. Any other error that is thrown is a fault of the service and becomes INTERNAL. */
export class TicketError extends Error {
  readonly reason: ErrorReason;
  readonly currentState: string | undefined;
  readonly attemptsLeft: number | undefined;
  readonly exceededLimit: LimitName | undefined;
  readonly retryAfterMs: number | undefined;
  readonly fieldViolations: readonly FieldViolation[];

  /** Creates an error with the default message of its reason. A message must not contain a secret, token or QR text. */
  constructor(reason: ErrorReason, message: string = messages[reason], details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = "TicketError";
    this.reason = reason;
    this.currentState = details.currentState;
    this.attemptsLeft = details.attemptsLeft;
    this.exceededLimit = details.exceededLimit;
    this.retryAfterMs = details.retryAfterMs;
    this.fieldViolations = details.fieldViolations ?? [];
  }
}

/**
 * Creates a RATE_LIMITED error.
 *
 * @param description The limit, for people.
 * @param retryAfterMs Time after which the call will pass, in milliseconds; undefined if it cannot be known.
 */
export function createLimitError(
  exceededLimit: LimitName,
  description: string,
  retryAfterMs?: number,
): TicketError {
  return new TicketError("RATE_LIMITED", description, { exceededLimit, retryAfterMs });
}
