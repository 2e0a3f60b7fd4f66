import { Metadata } from "@grpc/grpc-js";
import { BadRequest, ErrorInfo, QuotaFailure, RequestInfo, RetryInfo } from "nice-grpc-error-details";
import { Status } from "nice-grpc-error-details/lib/proto/google/rpc/status.js";
import { ErrorReason } from "../../gen/qrlogin/v1/error_reason.js";
import { isRequestId } from "../base/request_id.js";

/** Name of an {@link ErrorReason} that the service sends. */
export type ErrorReasonName = Exclude<keyof typeof ErrorReason, "UNSPECIFIED" | "UNRECOGNIZED">;

/** A request field that breaks its limits. */
export interface FieldViolation {
  /** Path in the request in proto names, such as `qr_image.size`. */
  readonly field: string;
  /** Description for people. */
  readonly description: string;
}

/** The error details in the trailer `grpc-status-details-bin`. */
export interface ErrorDetails {
  readonly reason: ErrorReasonName | undefined;
  readonly rawReason: string | undefined;
  readonly domain: string | undefined;
  readonly currentState: string | undefined;
  readonly attemptsLeft: number | undefined;
  readonly exceededLimit: string | undefined;
  readonly fieldViolations: readonly FieldViolation[];
  readonly retryAfterMs: number | undefined;
  readonly requestId: string | undefined;
}

const errorDomain = "qrlogin.v1";

/** Returns the details in the trailers of a call. Leaves out whatever is missing or cannot be read; never throws. */
export function parseErrorDetails(trailers: unknown): ErrorDetails {
  const details = parseDetails(trailers);
  const info = findDetail(details, "google.rpc.ErrorInfo", ErrorInfo.decode);
  const rawReason = info?.reason || undefined;
  // Other services on the way can have reasons and keys of the same names.
  const ours = info?.domain === errorDomain ? info : undefined;
  const delay = findDetail(details, "google.rpc.RetryInfo", RetryInfo.decode)?.retryDelay;
  const badRequest = findDetail(details, "google.rpc.BadRequest", BadRequest.decode);
  const requestId = findDetail(details, "google.rpc.RequestInfo", RequestInfo.decode)?.requestId;
  const quotaFailure = findDetail(details, "google.rpc.QuotaFailure", QuotaFailure.decode);
  return {
    reason: ours && toReason(ours.reason),
    rawReason,
    domain: info?.domain || undefined,
    currentState: ours?.metadata.current_state || undefined,
    attemptsLeft: toCount(ours?.metadata.attempts_left),
    exceededLimit: quotaFailure?.violations[0]?.subject || undefined,
    fieldViolations:
      badRequest?.fieldViolations.map(({ field, description }) => ({ field, description })) ?? [],
    retryAfterMs: delay && Math.max(0, delay.seconds * 1_000 + delay.nanos / 1_000_000),
    // Any proxy on the way can write the details, and callers log this one.
    requestId: isRequestId(requestId) ? requestId : undefined,
  };
}

function toReason(text: string): ErrorReasonName | undefined {
  if (!Object.hasOwn(ErrorReason, text) || text === "UNSPECIFIED" || text === "UNRECOGNIZED")
    return undefined;
  return text as ErrorReasonName;
}

function toCount(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

type Details = Status["details"];

/** One of the error details of a call, of any type. */
export interface StatusDetail {
  /** Name of the message type, such as `google.rpc.ErrorInfo`. */
  readonly type: string;
  /** The encoded message. */
  readonly value: Uint8Array;
}

/** Returns the details in the trailers of a call as they were sent. Returns none if they cannot be read. */
export function readStatusDetails(trailers: unknown): readonly StatusDetail[] {
  return parseDetails(trailers).map(({ typeUrl, value }) => ({
    type: typeUrl.slice(typeUrl.lastIndexOf("/") + 1),
    value,
  }));
}

function parseDetails(trailers: unknown): Details {
  const packed = trailers instanceof Metadata ? trailers.get("grpc-status-details-bin")[0] : undefined;
  return (packed instanceof Uint8Array && decodeOrUndefined(packed, Status.decode)?.details) || [];
}

function findDetail<T>(details: Details, type: string, decode: (bytes: Uint8Array) => T): T | undefined {
  const packed = details.find((detail) => detail.typeUrl.endsWith(`/${type}`));
  return packed && decodeOrUndefined(packed.value, decode);
}

function decodeOrUndefined<T>(bytes: Uint8Array, decode: (bytes: Uint8Array) => T): T | undefined {
  try {
    return decode(bytes);
  } catch {
    // Any proxy on the way can write this trailer. The status code counts without it.
    return undefined;
  }
}
