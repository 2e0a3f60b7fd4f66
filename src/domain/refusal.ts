/**
 * Why a call can be refused: the closed set, named as in `ErrorReason` of the proto, where each is explained. A test
 * holds the two and the table of gRPC codes equal.
 */
export const reasons = [
  "APP_UNAUTHENTICATED",
  "USER_UNAUTHENTICATED",
  "USER_TOKEN_EXPIRED",
  "INVALID_REQUEST",
  "QR_CONTENT_INVALID",
  "TICKET_NOT_FOUND",
  "USER_POOL_MISMATCH",
  "SCANNED_BY_ANOTHER_USER",
  "PROOF_INVALID",
  "TICKET_NOT_SCANNED",
  "TICKET_NOT_AUTHORIZED",
  "TICKET_ALREADY_AUTHORIZED",
  "TICKET_ALREADY_EXCHANGED",
  "TICKET_CANCELLED",
  "TICKET_EXPIRED",
  "TOO_MANY_TICKETS",
  "RATE_LIMITED",
  "CONCURRENT_UPDATE",
  "WATCH_SUPERSEDED",
  "STORE_UNAVAILABLE",
  "SERVER_DRAINING",
  "ISSUER_UNAVAILABLE",
  "OUTCOME_UNKNOWN",
  "INTERNAL",
] as const;

export type Reason = (typeof reasons)[number];

/** A field that breaks its limits. */
export interface FieldViolation {
  /** Path in the request by proto names, such as `qr_image.size`. */
  readonly field: string;
  /** What is wrong, for people. Never holds the value. */
  readonly description: string;
}

export interface RefusalDetails {
  /** Name of the state that the refusal depends on. */
  readonly currentState?: string;
  readonly fieldViolations?: readonly FieldViolation[];
  /** What made us refuse, for the log. Never leaves the process. */
  readonly cause?: unknown;
}

/** The one error with which a call is refused. Whatever else is thrown is a fault of ours: INTERNAL. */
export class Refusal extends Error {
  readonly reason: Reason;
  readonly currentState: string | undefined;
  readonly fieldViolations: readonly FieldViolation[];

  /** `message` is for people and must hold no secret, token or text of a QR code. */
  constructor(reason: Reason, message: string, details: RefusalDetails = {}) {
    super(message, { cause: details.cause });
    this.name = "Refusal";
    this.reason = reason;
    this.currentState = details.currentState;
    this.fieldViolations = details.fieldViolations ?? [];
  }
}
