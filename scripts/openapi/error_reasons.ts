import type { DescEnum } from "@bufbuild/protobuf";
import type { ErrorReasonName } from "../../src/client/index.js";
import { type GatewayErrorReason, statusByReason } from "../../src/gateway/http/http_error.js";
import type { CommentOf } from "../proto/comments.js";
import { oneLine } from "./message_schemas.js";
import type { Schema } from "./types.js";

/** Meaning of a reason, and the HTTP status with which the gateway's own API sends it. */
interface ReasonInfo {
  readonly status: number;
  readonly meaning: string;
}

/** Reasons by name. */
export type Reasons = ReadonlyMap<ReasonName, ReasonInfo>;

/** Name of a reason of the service or of the gateway. */
export type ReasonName = ErrorReasonName | GatewayErrorReason;

const gatewayReasons: Readonly<Record<GatewayErrorReason, ReasonInfo>> = {
  APP_UNKNOWN: { status: 400, meaning: "The gateway has no app with this id." },
  ORIGIN_NOT_ALLOWED: {
    status: 403,
    meaning: "The configuration does not list the origin of the page for the app.",
  },
  HTTPS_REQUIRED: {
    status: 403,
    meaning: "The page was loaded over plain http, where browsers drop the gateway's cookie.",
  },
  COOKIE_MISSING: {
    status: 403,
    meaning: "The handle is bound to a browser, and this browser sent no cookie of the gateway.",
  },
  EXCHANGE_NOT_ALLOWED: { status: 403, meaning: "Only the backend of the app may exchange its tickets." },
  CODE_CHALLENGE_REQUIRED: {
    status: 403,
    meaning: "The ticket was created without a code challenge, so its page receives no exchange ticket.",
  },
  ROUTE_NOT_FOUND: { status: 404, meaning: "The gateway has no such route." },
  REQUEST_TOO_LARGE: { status: 413, meaning: "The body is too large." },
  MEDIA_TYPE_NOT_SUPPORTED: { status: 415, meaning: "The body is not JSON." },
  BODY_ALREADY_READ: {
    status: 500,
    meaning: "The server in which the gateway runs read the body of the request and did not pass it on.",
  },
  CALLER_GONE: { status: 499, meaning: "The caller has disconnected. Only logs show it." },
  TOKENS_NOT_SIGNED: {
    status: 501,
    meaning: "Authing-compatible API: the service has no token issuer.",
  },
  SERVICE_REFUSED: {
    status: 502,
    meaning:
      "The service, or a proxy in front of it, answered with a code and without a reason that this release knows.",
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    meaning: "The service cannot be reached. Call again after `Retry-After`.",
  },
  STREAMS_EXHAUSTED: {
    status: 503,
    meaning: "All event streams are in use. Call again after `Retry-After`.",
  },
  GATEWAY_STOPPING: { status: 503, meaning: "The gateway is stopping. Call again after `Retry-After`." },
};

/** Returns all reasons: those of the service from the proto, then those that only the gateway gives. */
export function readReasons(errorReason: DescEnum, commentOf: CommentOf): Reasons {
  const values = new Map(
    errorReason.values.map((value) => [value.name.replace(/^ERROR_REASON_/, ""), value]),
  );
  const entries = Object.entries({ ...statusByReason, ...gatewayReasons }) as [
    ReasonName,
    number | ReasonInfo,
  ][];
  return new Map(
    entries.map(([name, info]) => [name, typeof info === "number" ? ofService(name, info) : info]),
  );

  function ofService(name: string, status: number): ReasonInfo {
    const value = values.get(name);
    if (!value) throw new Error(`the proto has no reason ${name}`);
    return { status, meaning: oneLine(commentOf(value)) };
  }
}

/** Returns the schema of a reason. The set is open: a later release may add reasons. */
export function reasonSchema(reasons: Reasons): Schema {
  const lines = [...reasons].map(([name, { meaning }]) => `- \`${name}\`: ${meaning}`);
  return {
    type: "string",
    description: `The reason of an error. Branch on it. A client that does not know a reason must use the status.\n\n${lines.join("\n")}`,
    "x-extensible-enum": [...reasons.keys()],
  };
}

/**
 * Returns the responses of errors with these reasons.
 *
 * @param statusOf Returns the HTTP status of a reason.
 * @param contentOfError Returns the content of a response, given a reason for an example.
 */
export function errorResponses(
  names: readonly ReasonName[],
  statusOf: (name: ReasonName) => number,
  contentOfError: (status: number, reason: ReasonName) => object,
): Readonly<Record<string, object>> {
  const byStatus = new Map<number, [ReasonName, ...ReasonName[]]>();
  for (const name of new Set(names)) {
    const status = statusOf(name);
    const others = byStatus.get(status);
    if (others) others.push(name);
    else byStatus.set(status, [name]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, reasons]) => [
      String(status),
      {
        description: reasons.map((name) => `\`${name}\``).join(", "),
        "x-error-reasons": reasons,
        ...(retryStatuses.has(status) && { headers: { "Retry-After": retryAfter } }),
        content: contentOfError(status, reasons[0]),
      },
    ]),
  );
}

const retryStatuses: ReadonlySet<number> = new Set([409, 429, 503]);

const retryAfter = {
  description: "Seconds after which to call again. Absent if waiting does not help.",
  schema: { type: "integer", minimum: 0 },
};
