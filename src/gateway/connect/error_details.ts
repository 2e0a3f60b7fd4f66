import { BadRequest, ErrorInfo, QuotaFailure, RequestInfo, RetryInfo } from "nice-grpc-error-details";
import { ErrorReason } from "../../client/index.js";
import type { HttpError } from "../http/http_error.js";
import { serviceDomain } from "../http/service_errors.js";

/** An error detail as the Connect protocol sends it. */
export interface ConnectErrorDetail {
  /** Name of the message type. */
  readonly type: string;
  /** The encoded message, for generated clients. */
  readonly value: Uint8Array;
  /** The message as JSON, for callers without generated code. */
  readonly debug?: JsonObject;
}

type JsonObject = { [name: string]: string | JsonObject | JsonObject[] };

/** `ErrorInfo` domain of the reasons that only the gateway gives. */
const gatewayDomain = "qrlogin.gateway";

/** The types with a JSON form, and the function that returns it. The JSON is that of protobuf. */
const toJsonByType: Readonly<Record<string, (bytes: Uint8Array) => JsonObject>> = {
  "google.rpc.ErrorInfo": (bytes) => {
    const { reason, domain, metadata } = ErrorInfo.decode(bytes);
    return { reason, domain, ...(Object.keys(metadata).length > 0 && { metadata: { ...metadata } }) };
  },
  "google.rpc.RequestInfo": (bytes) => ({ requestId: RequestInfo.decode(bytes).requestId }),
  "google.rpc.RetryInfo": (bytes) => {
    const { seconds = 0, nanos = 0 } = RetryInfo.decode(bytes).retryDelay ?? {};
    return { retryDelay: `${seconds + nanos / 1e9}s` };
  },
  "google.rpc.QuotaFailure": (bytes) => ({
    violations: QuotaFailure.decode(bytes).violations.map(({ subject, description }) => ({
      subject,
      description,
    })),
  }),
  "google.rpc.BadRequest": (bytes) => ({
    fieldViolations: BadRequest.decode(bytes).fieldViolations.map(({ field, description }) => ({
      field,
      description,
    })),
  }),
};

/** Returns a detail with its JSON form. A detail of another type, or one that cannot be decoded, has none. */
export function withJson({
  type,
  value,
}: {
  readonly type: string;
  readonly value: Uint8Array;
}): ConnectErrorDetail {
  try {
    const debug = toJsonByType[type]?.(value);
    return { type, value, ...(debug && { debug }) };
  } catch {
    // Any proxy on the way can write the details. The code counts without them.
    return { type, value };
  }
}

/** Returns the details of an error that the gateway itself gives. */
export function detailsOf(
  { reason, message, details }: Pick<HttpError, "reason" | "message" | "details">,
  requestId: string,
): ConnectErrorDetail[] {
  const { retryAfterMs, limit, fieldViolations = [] } = details;
  const domain = Object.hasOwn(ErrorReason, reason) ? serviceDomain : gatewayDomain;
  const errorInfo = ErrorInfo.encode(ErrorInfo.fromPartial({ reason, domain })).finish();
  const found = [{ type: "google.rpc.ErrorInfo", value: errorInfo }];
  if (fieldViolations.length > 0) {
    const badRequest = BadRequest.fromPartial({ fieldViolations: [...fieldViolations] });
    found.push({ type: "google.rpc.BadRequest", value: BadRequest.encode(badRequest).finish() });
  }
  if (limit !== undefined) {
    const quotaFailure = QuotaFailure.fromPartial({
      violations: [{ subject: limit, description: message }],
    });
    found.push({ type: "google.rpc.QuotaFailure", value: QuotaFailure.encode(quotaFailure).finish() });
  }
  if (retryAfterMs !== undefined) {
    const seconds = Math.floor(retryAfterMs / 1_000);
    const retryDelay = { seconds, nanos: Math.round((retryAfterMs % 1_000) * 1_000_000) };
    const retryInfo = RetryInfo.encode(RetryInfo.fromPartial({ retryDelay })).finish();
    found.push({ type: "google.rpc.RetryInfo", value: retryInfo });
  }
  const requestInfo = RequestInfo.encode(RequestInfo.fromPartial({ requestId })).finish();
  found.push({ type: "google.rpc.RequestInfo", value: requestInfo });
  return found.map(withJson);
}
