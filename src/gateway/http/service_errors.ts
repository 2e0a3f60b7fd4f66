import { isInterrupted, type QrLoginError } from "../../client/index.js";
import type { FieldViolation } from "../../http_types.js";

type FallbackReason =
  | "SERVICE_UNAVAILABLE"
  | "SERVICE_REFUSED"
  | "INVALID_REQUEST"
  | "REQUEST_TOO_LARGE"
  | "RATE_LIMITED"
  | "INTERNAL";

/** The HTTP response to an error of the service. */
export interface ServiceErrorResponse {
  readonly status: number;
  readonly reason: FallbackReason;
  readonly text: string;
  /** Milliseconds to wait before a retry; undefined if a retry does not help. */
  readonly retryAfterMs?: number | undefined;
}

/** Invalid fields of a request. */
type FieldViolations = readonly FieldViolation[];

/** `ErrorInfo` domain of the reasons in `error_reason.proto`. */
export const serviceDomain = "qrlogin.v1";

/** HTTP status of an error whose reason this release does not know, by gRPC code. */
const statusByCode: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  FAILED_PRECONDITION: 409,
  ABORTED: 409,
  RESOURCE_EXHAUSTED: 429,
  UNAVAILABLE: 503,
};

/**
 * Returns the response to an error without a known reason. gRPC itself and proxies send only a code, and a
 * later release may send a new reason. Only transient errors get `retryAfterMs`, since callers retry whatever
 * has it.
 */
export function responseByCode(error: QrLoginError): ServiceErrorResponse {
  const { codeName, retryAfterMs } = error;
  if (error.domain === serviceDomain) return responseToUnknownReason(error);
  if (codeName === "UNAVAILABLE" || isInterrupted(error)) {
    const text = "the sign-in service cannot be reached";
    return { status: 503, reason: "SERVICE_UNAVAILABLE", text, retryAfterMs: retryAfterMs ?? 1_000 };
  }
  // Also with RESOURCE_EXHAUSTED, when a page is read as a message that is too large.
  if (error.connectionFailure === "NOT_GRPC")
    return serviceRefused(codeName, ": another server answers at its address");
  switch (codeName) {
    case "INVALID_ARGUMENT":
    case "OUT_OF_RANGE":
      return { status: 400, reason: "INVALID_REQUEST", text: "the sign-in service cannot read the request" };
    case "RESOURCE_EXHAUSTED":
      return resourceExhausted(retryAfterMs);
    case "UNKNOWN":
    case "INTERNAL":
    case "DATA_LOSS":
      return { status: 502, reason: "INTERNAL", text: "the sign-in service failed" };
    case "UNIMPLEMENTED":
      return serviceRefused(codeName, ": it is an older release, or another server answers at its address");
    default:
      return serviceRefused(codeName);
  }
}

/**
 * Returns the response to RESOURCE_EXHAUSTED. With a delay, the code reports a quota. gRPC itself sends it
 * without a delay, for a message over `grpc.limits.messageBytes`.
 */
function resourceExhausted(retryAfterMs: number | undefined): ServiceErrorResponse {
  if (retryAfterMs !== undefined) {
    return { status: 429, reason: "RATE_LIMITED", text: "too many requests", retryAfterMs };
  }
  const text = "the request is too large for the sign-in service, or a quota in front of it is used up";
  return { status: 413, reason: "REQUEST_TOO_LARGE", text };
}

function serviceRefused(codeName: string, suffix = ""): ServiceErrorResponse {
  const text = `the sign-in service refused the gateway's call (${codeName})${suffix}`;
  return { status: 502, reason: "SERVICE_REFUSED", text };
}

function responseToUnknownReason({ codeName, rawMessage, retryAfterMs }: QrLoginError): ServiceErrorResponse {
  if (codeName === "INVALID_ARGUMENT") return { status: 400, reason: "INVALID_REQUEST", text: rawMessage };
  return { status: statusByCode[codeName] ?? 502, reason: "SERVICE_REFUSED", text: rawMessage, retryAfterMs };
}

/**
 * Returns the message and the field violations with JSON names in place of proto paths. Replaces a message that
 * only lists the violations by "the request is not valid", the gateway's own message for invalid fields.
 */
export function withJsonNames(
  message: string,
  fieldViolations: FieldViolations,
): { readonly message: string; readonly fieldViolations: FieldViolations } {
  const summary = fieldViolations.map(({ field, description }) => `${field} ${description}`).join("; ");
  return {
    message:
      message === summary && summary !== ""
        ? "the request is not valid"
        : renameFields(message, fieldViolations),
    fieldViolations: fieldViolations.map(({ field, description }) => ({
      field: jsonNameOf(field),
      description,
    })),
  };
}

function renameFields(message: string, fieldViolations: FieldViolations): string {
  const renamed = new Map(fieldViolations.map(({ field }) => [field, jsonNameOf(field)]));
  return message.replace(/[a-z][\w.]*\w/g, (word) => renamed.get(word) ?? word);
}

/**
 * Returns the JSON name of a proto field: `customData` for `custom_data`. In the JSON, the fields of
 * `requester` and `qr_image` are at the top level, and durations are in milliseconds.
 */
function jsonNameOf(field: string): string {
  if (field === "ttl") return "ttlMs";
  return field
    .replace(/^(?:requester|qr_image)\./, "")
    .replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}
