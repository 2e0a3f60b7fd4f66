import { Metadata, type StatusObject, status } from "@grpc/grpc-js";
import { BadRequest, ErrorInfo, QuotaFailure, RequestInfo, RetryInfo } from "nice-grpc-error-details";
import { Status } from "nice-grpc-error-details/lib/proto/google/rpc/status.js";
import { type ErrorReason, TicketError } from "../../domain/ticket_error.js";

/** The gRPC status of an error reason. */
interface ReasonStatus {
  readonly code: status;
  /** Delay that is sent as RetryInfo unless the error has its own, in milliseconds. Absent if waiting does not help. */
  readonly retryAfter?: number;
  /**
   * True if the response forbids gRPC's automatic retries. Clients decide on them by the code alone, and would
   * use up their attempts (four in our client) before a failure of this kind is over.
   */
  readonly forbidsRetry?: true;
}

/** The gRPC status of every error reason. */
export const statusByReason: Readonly<Record<ErrorReason, ReasonStatus>> = {
  APP_UNAUTHENTICATED: { code: status.UNAUTHENTICATED },
  USER_UNAUTHENTICATED: { code: status.UNAUTHENTICATED },
  USER_TOKEN_EXPIRED: { code: status.UNAUTHENTICATED },
  INVALID_REQUEST: { code: status.INVALID_ARGUMENT },
  QR_CONTENT_INVALID: { code: status.INVALID_ARGUMENT },
  TICKET_NOT_FOUND: { code: status.NOT_FOUND },
  USER_POOL_MISMATCH: { code: status.PERMISSION_DENIED },
  SCANNED_BY_ANOTHER_USER: { code: status.PERMISSION_DENIED },
  PROOF_INVALID: { code: status.PERMISSION_DENIED },
  TICKET_NOT_SCANNED: { code: status.FAILED_PRECONDITION },
  TICKET_NOT_AUTHORIZED: { code: status.FAILED_PRECONDITION },
  TICKET_ALREADY_AUTHORIZED: { code: status.FAILED_PRECONDITION },
  TICKET_ALREADY_EXCHANGED: { code: status.FAILED_PRECONDITION },
  TICKET_CANCELLED: { code: status.FAILED_PRECONDITION },
  TICKET_EXPIRED: { code: status.FAILED_PRECONDITION },
  CHECK_CODE_NOT_EXPECTED: { code: status.FAILED_PRECONDITION },
  CHECK_CODE_MISMATCH: { code: status.INVALID_ARGUMENT },
  TOO_MANY_TICKETS: { code: status.RESOURCE_EXHAUSTED, retryAfter: 5_000 },
  TOO_MANY_WATCHES: { code: status.RESOURCE_EXHAUSTED, retryAfter: 2_000 },
  RATE_LIMITED: { code: status.RESOURCE_EXHAUSTED, retryAfter: 1_000 },
  CONCURRENT_UPDATE: { code: status.ABORTED, retryAfter: 100 },
  WATCH_SUPERSEDED: { code: status.ABORTED },
  STORE_UNAVAILABLE: { code: status.UNAVAILABLE, retryAfter: 1_000 },
  SERVER_DRAINING: { code: status.UNAVAILABLE, retryAfter: 500 },
  ISSUER_UNAVAILABLE: { code: status.UNAVAILABLE, retryAfter: 2_000, forbidsRetry: true },
  OUTCOME_UNKNOWN: { code: status.UNAVAILABLE, forbidsRetry: true },
  INTERNAL: { code: status.INTERNAL, forbidsRetry: true },
  PHONE_TOO_OLD: { code: status.FAILED_PRECONDITION },
  QR_ROTATED: { code: status.FAILED_PRECONDITION },
  SIGN_IN_DISABLED: { code: status.FAILED_PRECONDITION },
  ADMIN_UNAUTHENTICATED: { code: status.UNAUTHENTICATED },
  POLICY_NOT_SUPPORTED: { code: status.FAILED_PRECONDITION },
};

/** Names of the codes with which a call can end: those of errors, of success, and of a client that gave up. */
export const callCodes: readonly string[] = [
  ...new Set([
    ...["OK", "CANCELLED", "DEADLINE_EXCEEDED"],
    ...Object.values(statusByReason).map(({ code }) => status[code]),
  ]),
];

/** Domain in every ErrorInfo. */
export const errorDomain = "qrlogin.v1";

/**
 * Returns the error to send to the caller. Any error that is not a TicketError becomes INTERNAL with a fixed
 * message.
 */
export function toTicketError(error: unknown): TicketError {
  return error instanceof TicketError ? error : new TicketError("INTERNAL", undefined, { cause: error });
}

/** Returns the error as a gRPC status with google.rpc details in `grpc-status-details-bin`. */
export function toGrpcStatus(error: TicketError, requestId: string): StatusObject {
  const { code, forbidsRetry, ...fixed } = statusByReason[error.reason];
  const retryAfter = error.retryAfterMs ?? fixed.retryAfter;
  const details = [packAny(ErrorInfo, errorInfoOf(error))];
  if (error.fieldViolations.length > 0) {
    details.push(
      packAny(BadRequest, BadRequest.fromPartial({ fieldViolations: [...error.fieldViolations] })),
    );
  }
  if (error.exceededLimit !== undefined) {
    const violations = [{ subject: error.exceededLimit, description: error.message }];
    details.push(packAny(QuotaFailure, QuotaFailure.fromPartial({ violations })));
  }
  if (retryAfter !== undefined) {
    const seconds = Math.floor(retryAfter / 1_000);
    const retryDelay = { seconds, nanos: Math.round((retryAfter % 1_000) * 1_000_000) };
    details.push(packAny(RetryInfo, RetryInfo.fromPartial({ retryDelay })));
  }
  details.push(packAny(RequestInfo, RequestInfo.fromPartial({ requestId })));
  const richStatus = Status.encode(Status.fromPartial({ code, message: error.message, details })).finish();
  const metadata = new Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(richStatus));
  const pushback = retryPushbackOf(code, retryAfter, forbidsRetry);
  if (pushback !== undefined) metadata.set("grpc-retry-pushback-ms", String(pushback));
  return { code, details: error.message, metadata };
}

/**
 * Returns the delay of gRPC's automatic retries in milliseconds, negative if they are forbidden (gRFC A6). The retries
 * know nothing of RetryInfo, so it is said twice.
 */
function retryPushbackOf(
  code: status,
  retryAfter: number | undefined,
  forbidsRetry: boolean | undefined,
): number | undefined {
  if (forbidsRetry) return -1;
  return code === status.UNAVAILABLE ? retryAfter : undefined;
}

function errorInfoOf(error: TicketError): ErrorInfo {
  const metadata = {
    ...(error.currentState && { current_state: error.currentState }),
    ...(error.attemptsLeft !== undefined && { attempts_left: String(error.attemptsLeft) }),
  };
  return ErrorInfo.fromPartial({ reason: error.reason, domain: errorDomain, metadata });
}

interface MessageType<T> {
  readonly $type: string;
  encode(message: T): { finish(): Uint8Array };
}

function packAny<T>(type: MessageType<T>, message: T): { typeUrl: string; value: Buffer } {
  return { typeUrl: `type.googleapis.com/${type.$type}`, value: Buffer.from(type.encode(message).finish()) };
}
