import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  codeFromString,
  codeToHttpStatus,
  codeToString,
  errorToJson,
} from "@connectrpc/connect/protocol-connect";
import { codeOfStatus } from "../../src/gateway/connect/connect_errors.js";
import { detailsOf } from "../../src/gateway/connect/error_details.js";
import type { CommentOf } from "../proto/comments.js";
import { callerOf, documentedErrors } from "../proto/documented_errors.js";
import { errorResponses, type ReasonName, type Reasons } from "./error_reasons.js";
import { contentOf, exampleRequestId, type Operation, type Paths, refTo, type Schema } from "./types.js";

const codes = Object.values(Code).filter((code) => typeof code === "number");

/** Reasons with which the gateway itself rejects a call, besides the service's. */
const gatewayErrors: readonly ReasonName[] = [
  ...(["INVALID_REQUEST", "ORIGIN_NOT_ALLOWED", "REQUEST_TOO_LARGE", "RATE_LIMITED"] as const),
  ...(["SERVICE_REFUSED", "SERVICE_UNAVAILABLE", "GATEWAY_STOPPING"] as const),
];

/** The caller of the methods that every gateway serves by default. */
const phoneCaller = "approver";

const callerTag: Readonly<Record<string, string>> = { approver: "Phone", app: "App backend" };
const callerCredential: Readonly<Record<string, string>> = { approver: "userToken", app: "appCredential" };

/** The schema of an error of the Connect protocol. */
export const connectErrorSchema: Schema = {
  type: "object",
  description:
    "Error of the Connect protocol. Branch on the `reason` of the google.rpc.ErrorInfo among the details. An error without one has only a code: one that the service has not seen, such as a deadline that has passed.",
  required: ["code"],
  properties: {
    code: { type: "string", enum: codes.map(codeToString) },
    message: { type: "string", description: "Explanation for people. It may change." },
    details: { type: "array", items: refTo("ConnectErrorDetail") },
  },
};

/** The schema of a detail of such an error. */
export const connectErrorDetailSchema: Schema = {
  type: "object",
  required: ["type", "value"],
  properties: {
    type: {
      type: "string",
      description: "Name of the message type, such as `google.rpc.ErrorInfo`.",
    },
    value: {
      type: "string",
      contentEncoding: "base64",
      description: "The encoded message, for generated clients.",
    },
    debug: {
      type: "object",
      description: "The message as JSON, for callers without generated code.",
      properties: {
        reason: { ...refTo("ErrorReason"), description: "ErrorInfo: the reason." },
        domain: { type: "string", description: "ErrorInfo: `qrlogin.v1`, or `qrlogin.gateway`." },
        metadata: {
          type: "object",
          description: "ErrorInfo: `current_state` has the state of the ticket, if the error depends on it.",
          additionalProperties: { type: "string" },
        },
        fieldViolations: {
          type: "array",
          description: "BadRequest: the invalid fields.",
          items: refTo("FieldViolation"),
        },
        violations: {
          type: "array",
          description: "QuotaFailure: the exceeded limit.",
          items: {
            type: "object",
            required: ["subject", "description"],
            properties: { subject: { type: "string" }, description: { type: "string" } },
          },
        },
        retryDelay: {
          type: "string",
          description: "RetryInfo: the time after which to call again, such as `1s`.",
        },
        requestId: {
          type: "string",
          description: "RequestInfo: the id of the request in the logs of the gateway and of the service.",
        },
      },
    },
  },
};

/** Returns the operations of the unary methods, as the Connect protocol offers them with JSON. */
export function rpcOperations(service: DescService, reasons: Reasons, commentOf: CommentOf): Paths {
  // A stream has a binary envelope around each JSON message, which OpenAPI cannot describe.
  const methods = service.methods.filter(({ methodKind }) => methodKind === "unary");
  return Object.fromEntries(
    methods.map((method) => [
      `/${service.typeName}/${method.name}`,
      { post: operationOf(method, reasons, commentOf) },
    ]),
  );
}

function operationOf(method: DescMethod, reasons: Reasons, commentOf: CommentOf): Operation {
  const comment = commentOf(method);
  const caller = callerOf(method, commentOf);
  const names = [...documentedErrors(method, commentOf, [...reasons.keys()]), ...gatewayErrors];
  const contentOfError = (_status: number, reason: ReasonName) => {
    const error = new ConnectError("text for people", codeOf(reason, reasons));
    error.details = detailsOf({ reason, message: "", details: {} }, exampleRequestId);
    return contentOf("application/json", refTo("ConnectError"), errorToJson(error, undefined));
  };
  const optional = "The gateway serves this method only if its setting `rpcMethods` lists it.";
  const [summary = ""] = comment.split(/(?<=\.)\s/, 1);
  return {
    operationId: `${method.parent.name}_${method.name}`,
    tags: [callerTag[caller] ?? ""],
    summary: summary.replace(/\s+/g, " ").replace(/\.$/, ""),
    description: caller === phoneCaller ? comment : `${comment}\n\n${optional}`,
    security: [{ [callerCredential[caller] ?? ""]: [] }],
    parameters: [
      { $ref: "#/components/parameters/ConnectProtocolVersion" },
      { $ref: "#/components/parameters/ConnectTimeoutMs" },
    ],
    requestBody: { required: true, content: contentOf("application/json", refTo(method.input.typeName)) },
    responses: {
      200: { description: "Success.", content: contentOf("application/json", refTo(method.output.typeName)) },
      ...errorResponses(names, (name) => codeToHttpStatus(codeOf(name, reasons)), contentOfError),
      // The library leaves a body of another type to us, with the status of HTTP.
      ...errorResponses(["MEDIA_TYPE_NOT_SUPPORTED"], () => 415, contentOfError),
      504: {
        description: "The time of `Connect-Timeout-Ms` has passed. The call may have been made.",
        "x-error-reasons": [],
        content: contentOf("application/json", refTo("ConnectError")),
      },
    },
  };
}

function codeOf(name: ReasonName, reasons: Reasons): Code {
  const { status = 500, meaning = "" } = reasons.get(name) ?? {};
  // The comment of a reason of the service begins with its code.
  const [word = ""] = /^[A-Z_]+/.exec(meaning) ?? [];
  return codeFromString(word.toLowerCase()) ?? codeOfStatus(status);
}
