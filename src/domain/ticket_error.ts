/**
 * Why a call can be refused, and what people then read: the closed set, named as in `ErrorReason` of the proto, where each
 * is explained. A test holds the two and the table of gRPC codes equal.
 */
const messages = {
  APP_UNAUTHENTICATED: "a valid app credential is required",
  USER_UNAUTHENTICATED: "a valid user token is required",
  USER_TOKEN_EXPIRED: "the user token has expired",
  INVALID_REQUEST: "the request is not valid",
  QR_CONTENT_INVALID: "this is not a QR code of this service",
  TICKET_NOT_FOUND: "there is no such ticket",
  USER_POOL_MISMATCH: "the user belongs to another user pool than the ticket",
  SCANNED_BY_ANOTHER_USER: "somebody else has scanned this code",
  PROOF_INVALID: "the code verifier does not fit the ticket",
  TICKET_NOT_SCANNED: "the code has not been scanned yet",
  TICKET_NOT_AUTHORIZED: "the sign-in has not been approved yet",
  TICKET_ALREADY_AUTHORIZED: "the sign-in has been approved already",
  TICKET_ALREADY_EXCHANGED: "the sign-in has been completed already",
  TICKET_CANCELLED: "the sign-in has been cancelled",
  TICKET_EXPIRED: "the code has expired",
  TOO_MANY_TICKETS: "there are as many tickets as there may be",
  TOO_MANY_WATCHES: "there are as many watches as there may be",
  RATE_LIMITED: "calls come faster than they can be served",
  CONCURRENT_UPDATE: "others changed the ticket at the same time",
  WATCH_SUPERSEDED: "a newer watch of this ticket has taken over",
  STORE_UNAVAILABLE: "the store cannot be reached",
  SERVER_DRAINING: "the server is stopping",
  ISSUER_UNAVAILABLE: "the keys or the UserInfo endpoint of the issuer cannot be used now",
  OUTCOME_UNKNOWN: "it is not known whether the exchange was made; start a new sign-in",
  INTERNAL: "internal error",
} as const;

export type ErrorReason = keyof typeof messages;

export const errorReasons = Object.keys(messages) as readonly ErrorReason[];

/** A field that breaks its limits. */
export interface FieldViolation {
  /** Path in the request by proto names, such as `qr_image.size`. */
  readonly field: string;
  /** What is wrong, for people. Never holds the value. */
  readonly description: string;
}

export interface ErrorDetails {
  /** Name of the state that the refusal depends on. */
  readonly currentState?: string;
  readonly fieldViolations?: readonly FieldViolation[];
  /** What made us refuse, for the log. Never leaves the process. */
  readonly cause?: unknown;
}

/** The one error with which a call is refused. Whatever else is thrown is a fault of ours: INTERNAL. */
export class TicketError extends Error {
  readonly reason: ErrorReason;
  readonly currentState: string | undefined;
  readonly fieldViolations: readonly FieldViolation[];

  /** `message` is for people and must hold no secret, token or text of a QR code. Each reason has one of its own. */
  constructor(reason: ErrorReason, message: string = messages[reason], details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = "TicketError";
    this.reason = reason;
    this.currentState = details.currentState;
    this.fieldViolations = details.fieldViolations ?? [];
  }
}
