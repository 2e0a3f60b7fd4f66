import { status } from "@grpc/grpc-js";
import {
  type ConnectionFailure,
  describeConnectionFailure,
  findConnectionFailure,
} from "./connection_failure.js";
import {
  type ErrorDetails,
  type ErrorReasonName,
  type FieldViolation,
  parseErrorDetails,
} from "./error_details.js";

/**
 * The error of a call: an error of the service, or a failure on the way.
 *
 * Branch on `reason`, or on `code` if there is none. The message is for people and may change.
 */
export class QrLoginError extends Error {
  /** The gRPC status code. */
  readonly code: number;
  /** Name of the code, such as `NOT_FOUND`; its digits if gRPC has no such code. */
  readonly codeName: string;
  /** Message for people, of the service or about the connection, without code and reason. */
  readonly rawMessage: string;
  /** Reason of the error. Undefined if the service did not reply, or sent a reason unknown to this client. */
  readonly reason: ErrorReasonName | undefined;
  /** Reason as sent, even if this client does not know it. */
  readonly rawReason: string | undefined;
  /** Domain of the reason: `qrlogin.v1` for this service. */
  readonly domain: string | undefined;
  /** State of the ticket that the error depends on, such as `EXPIRED`. */
  readonly currentState: string | undefined;
  /** Number of attempts that are left, for CHECK_CODE_MISMATCH. */
  readonly attemptsLeft: number | undefined;
  /** Name of the limit that the call exceeded, such as `screen`, for RATE_LIMITED. */
  readonly exceededLimit: string | undefined;
  /** Faults in the fields of the request. Empty unless the code is INVALID_ARGUMENT. */
  readonly fieldViolations: readonly FieldViolation[];
  /** Delay that the service asks for before another attempt, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** Id of the request, for a look into the log of the service: the caller's own, or one that the service made. */
  readonly requestId: string | undefined;
  /** Why no service was reached. Undefined if one has replied, or if the connection broke during the call. */
  readonly connectionFailure: ConnectionFailure | undefined;

  constructor(
    code: number,
    text: string,
    details: Partial<ErrorDetails> & { readonly connectionFailure?: ConnectionFailure | undefined } = {},
    options?: ErrorOptions,
  ) {
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
    this.attemptsLeft = details.attemptsLeft;
    this.exceededLimit = details.exceededLimit;
    this.fieldViolations = details.fieldViolations ?? [];
    this.retryAfterMs = details.retryAfterMs;
    this.requestId = details.requestId;
    this.connectionFailure = details.connectionFailure;
  }
}

/** Reports whether the error is a {@link QrLoginError}, with the given reason if there is one. */
export function isQrLoginError(error: unknown): error is QrLoginError;
export function isQrLoginError<R extends ErrorReasonName>(
  error: unknown,
  reason: R,
): error is QrLoginError & { readonly reason: R };
export function isQrLoginError(error: unknown, reason?: ErrorReasonName): boolean {
  return error instanceof QrLoginError && (reason === undefined || error.reason === reason);
}

/**
 * Reports whether the call was cut off without a reply of the service, for example by a proxy. That is CANCELLED or
 * DEADLINE_EXCEEDED without a reason, or a stream reset, which grpc-js identifies only by its text.
 */
export function isInterrupted({ code, rawReason, message }: QrLoginError): boolean {
  if (rawReason !== undefined) return false;
  if (code === status.CANCELLED || code === status.DEADLINE_EXCEEDED) return true;
  return code === status.INTERNAL && message.includes("Received RST_STREAM");
}

/**
 * Converts an error of grpc-js into a {@link QrLoginError} that has it as its cause.
 *
 * @param call Address of the service, for the message, and id of the request, if the caller has passed one.
 */
export function toQrLoginError(
  cause: unknown,
  { address, requestId }: { readonly address: string; readonly requestId?: string | undefined },
): QrLoginError {
  const { code, details, metadata } = (cause ?? {}) as {
    code?: unknown;
    details?: unknown;
    metadata?: unknown;
  };
  const knownCode = typeof code === "number" ? code : status.UNKNOWN;
  const text = typeof details === "string" ? details : "The call failed";
  const errorDetails = parseErrorDetails(metadata);
  const connectionFailure =
    errorDetails.domain === undefined ? findConnectionFailure(knownCode, text) : undefined;
  return new QrLoginError(
    knownCode,
    connectionFailure === undefined ? text : describeConnectionFailure(connectionFailure, address),
    { ...errorDetails, requestId: requestId ?? errorDetails.requestId, connectionFailure },
    { cause },
  );
}
