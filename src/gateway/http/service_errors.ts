import { isInterrupted, type QrLoginError } from "../../client/index.js";

type ReasonByCode =
  | "SERVICE_UNAVAILABLE"
  | "SERVICE_REFUSED"
  | "INVALID_REQUEST"
  | "REQUEST_TOO_LARGE"
  | "RATE_LIMITED"
  | "INTERNAL";

/** Response to a page. */
export interface ServiceErrorResponse {
  readonly status: number;
  readonly reason: ReasonByCode;
  readonly text: string;
  /** Set where waiting helps, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** Domain of the errors that the service itself gives a reason for. */
const serviceDomain = "qrlogin.v1";

/** The HTTP status of a reason of a later release, by its gRPC code. */
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
 * Returns the answer to an error of the service without a reason that is known here. gRPC itself and proxies give a code
 * alone, and a later release may give a new reason. Only what may go well later has a time to wait: everything else would be tried
 * for ever.
 */
export function responseByCode(error: QrLoginError): ServiceErrorResponse {
  const { codeName, retryAfterMs } = error;
  if (error.domain === serviceDomain) return responseToUnknownReason(error);
  if (codeName === "UNAVAILABLE" || isInterrupted(error)) {
    const text = "the sign-in service cannot be reached";
    return { status: 503, reason: "SERVICE_UNAVAILABLE", text, retryAfterMs: retryAfterMs ?? 1_000 };
  }
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
      return serviceRefused(
        codeName,
        ": it is of an older release, or another server answers at its address",
      );
    default:
      return serviceRefused(codeName);
  }
}

/** gRPC refuses a message over `grpc.limits.messageBytes` so, for good. A quota says how long to wait. */
function resourceExhausted(retryAfterMs: number | undefined): ServiceErrorResponse {
  if (retryAfterMs !== undefined) {
    return { status: 429, reason: "RATE_LIMITED", text: "calls come too fast", retryAfterMs };
  }
  const text = "the request is too large for the sign-in service, or a quota before it is used up";
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
