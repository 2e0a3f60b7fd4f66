import { status } from "@grpc/grpc-js";
import {
  type ErrorDetails,
  type ErrorReasonName,
  type FieldViolation,
  parseErrorDetails,
} from "./error_details.js";

/**
 * A call that did not end with OK: refused by the service, or failed on the way.
 *
 * Branch on `reason`, where there is none on `code`; the message is for people and may change.
 */
export class QrLoginError extends Error {
  /** The gRPC status code. */
  readonly code: number;
  /** Name of the code, such as `NOT_FOUND`; its digits if gRPC knows no such code. */
  readonly codeName: string;
  /** What the service says, for people; the message without code and reason. */
  readonly rawMessage: string;
  /** Why the service refused. Undefined when the service did not answer, or with a reason unknown to this client. */
  readonly reason: ErrorReasonName | undefined;
  /** The reason as it was sent, also one that this client does not know. */
  readonly rawReason: string | undefined;
  /** Who gave the reason: `qrlogin.v1` for this service. */
  readonly domain: string | undefined;
  /** State of the ticket that the refusal depends on, such as `EXPIRED`. */
  readonly currentState: string | undefined;
  /** What is wrong with the request. Empty unless the code is INVALID_ARGUMENT. */
  readonly fieldViolations: readonly FieldViolation[];
  /** How long the service asks to wait before another try, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(code: number, text: string, details: Partial<ErrorDetails> = {}, options?: ErrorOptions) {
    const codeName = status[code] ?? String(code);
    super([codeName, details.rawReason, text].filter(Boolean).join(": "), options);
    this.name = "QrLoginError";
    this.code = code;
    this.codeName = codeName;
    this.rawMessage = text;
    this.reason = details.reason;
    this.rawReason = details.rawReason;
    this.domain = details.domain;
    this.currentState = details.currentState;
    this.fieldViolations = details.fieldViolations ?? [];
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** Whether the error is a {@link QrLoginError}, and has the reason if one is given. */
export function isQrLoginError(error: unknown): error is QrLoginError;
export function isQrLoginError<R extends ErrorReasonName>(
  error: unknown,
  reason: R,
): error is QrLoginError & { readonly reason: R };
export function isQrLoginError(error: unknown, reason?: ErrorReasonName): boolean {
  return error instanceof QrLoginError && (reason === undefined || error.reason === reason);
}

/**
 * Returns whether the call was cut off on its way without an answer of the service, by a proxy say: CANCELLED or DEADLINE_EXCEEDED
 * without a reason, or a stream that was reset, which grpc-js names by its text alone.
 */
export function isInterrupted({ code, rawReason, message }: QrLoginError): boolean {
  if (rawReason !== undefined) return false;
  if (code === status.CANCELLED || code === status.DEADLINE_EXCEEDED) return true;
  return code === status.INTERNAL && message.includes("Received RST_STREAM");
}

/** What grpc-js failed with, as a {@link QrLoginError} that keeps it as its cause. */
export function toQrLoginError(cause: unknown): QrLoginError {
  const { code, details, metadata } = (cause ?? {}) as {
    code?: unknown;
    details?: unknown;
    metadata?: unknown;
  };
  return new QrLoginError(
    typeof code === "number" ? code : status.UNKNOWN,
    typeof details === "string" ? details : "The call failed",
    parseErrorDetails(metadata),
    { cause },
  );
}
