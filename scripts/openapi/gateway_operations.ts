import * as z from "zod";
import { HttpError, toProblem } from "../../src/gateway/http/http_error.js";
import { imageQuery } from "../../src/gateway/routes/schemas.js";
import { errorResponses, type ReasonName, type Reasons } from "./error_reasons.js";
import { contentOf, exampleRequestId, type Operation, type Paths, refTo, type Schema } from "./types.js";

/** An operation, with the reasons of its errors besides those of any call in place of their responses. */
interface Described extends Omit<Operation, "description" | "security" | "tags"> {
  readonly description?: string;
  readonly security?: Operation["security"];
  readonly tag?: string;
  readonly errors: readonly ReasonName[];
}

/** Errors of any call, of calls with a body, of calls with a handle, and of calls that reach the service. */
const anyCall: readonly ReasonName[] = ["ORIGIN_NOT_ALLOWED", "RATE_LIMITED"];
const withBody: readonly ReasonName[] = ["INVALID_REQUEST", "REQUEST_TOO_LARGE", "MEDIA_TYPE_NOT_SUPPORTED"];
const withHandle: readonly ReasonName[] = ["TICKET_NOT_FOUND", "COOKIE_MISSING"];
const viaService: readonly ReasonName[] = [
  ...["SERVICE_UNAVAILABLE", "STORE_UNAVAILABLE", "SERVER_DRAINING", "GATEWAY_STOPPING"],
  ...["APP_UNAUTHENTICATED", "SERVICE_REFUSED", "INTERNAL"],
] as ReasonName[];
const terminalStates: readonly ReasonName[] = [
  "TICKET_ALREADY_EXCHANGED",
  "TICKET_CANCELLED",
  "TICKET_EXPIRED",
];

const handleHeader = {
  name: "qrlogin-handle",
  in: "header",
  required: true,
  description: "Handle of the ticket, from `POST /qrlogin/v1/tickets`.",
  schema: { type: "string" },
};

const imageParameters: Readonly<Record<string, string>> = {
  size: "Width and height in pixels: 320 by default, or what the code needs. A PNG below 3 pixels per module is rejected.",
  margin: "Quiet zone in modules.",
  errorCorrection: "Error correction level of ISO/IEC 18004.",
};

const success = (schema: Schema, mediaType = "application/json") => ({
  description: "Success.",
  content: contentOf(mediaType, schema),
});
const body = (schema: Schema, required = true) => ({
  required,
  content: contentOf("application/json", schema),
});

const operations: Readonly<Record<string, Described>> = {
  "POST /qrlogin/v1/tickets": {
    operationId: "createTicket",
    summary: "Creates a ticket and returns its handle",
    description:
      "All fields are optional. The fields of a page that the app does not list in `pageFields` are rejected. The response sets the cookie that binds the handle to the browser.",
    requestBody: body(refTo("CreateTicketBody"), false),
    responses: { 201: { ...success(refTo("CreateTicketResponse")), description: "The new ticket." } },
    errors: [
      ...[...withBody, ...viaService],
      ...(["APP_UNKNOWN", "HTTPS_REQUIRED", "TOO_MANY_TICKETS", "SIGN_IN_DISABLED"] as const),
    ],
  },
  "GET /qrlogin/v1/tickets/status": {
    operationId: "getStatus",
    summary: "Returns the status of a ticket once",
    parameters: [handleHeader],
    responses: { 200: success(refTo("StatusResponse")) },
    errors: [...withHandle, ...viaService, "TOO_MANY_WATCHES", "CONCURRENT_UPDATE"],
  },
  "GET /qrlogin/v1/tickets/events": {
    operationId: "watchStatus",
    summary: "Streams the status of a ticket as server-sent events",
    description:
      "`event: status` has a StatusResponse as data. Its id is the revision, followed by a point and the number of the step if the code changes. The current status comes at once, then each new one. `event: problem` has a Problem as data and ends the stream. The stream also ends after a terminal status.",
    parameters: [
      { ...handleHeader, required: false },
      {
        name: "handle",
        in: "query",
        description: "The handle, for EventSource, which cannot send the header.",
        schema: { type: "string" },
      },
    ],
    responses: {
      200: success({ type: "string" }, "text/event-stream"),
      204: { description: "The client has already received the terminal status (`Last-Event-ID`)." },
    },
    errors: [...withHandle, ...viaService],
  },
  "POST /qrlogin/v1/tickets/check-code": {
    operationId: "submitCheckCode",
    summary: "Submits the check code that the phone shows",
    description:
      "For a ticket in the state AWAITING_CHECK_CODE. A wrong code counts, and the third one cancels the ticket. After a lost response, submit the same code again: if it was right, that changes nothing.",
    requestBody: body(refTo("CheckCodeBody")),
    responses: { 200: success(refTo("CheckCodeResponse")) },
    errors: [
      ...[...withBody, ...withHandle, ...terminalStates, ...viaService],
      ...(["CHECK_CODE_MISMATCH", "CHECK_CODE_NOT_EXPECTED", "CONCURRENT_UPDATE"] as const),
    ],
  },
  "POST /qrlogin/v1/tickets/withdraw": {
    operationId: "withdrawTicket",
    summary: "Withdraws a ticket",
    requestBody: body(refTo("HandleBody")),
    responses: { 200: success(refTo("WithdrawResponse")) },
    errors: [...withBody, ...withHandle, ...terminalStates, "CONCURRENT_UPDATE", ...viaService],
  },
  "POST /qrlogin/v1/tickets/complete": {
    operationId: "completeSignIn",
    summary: "Completes a sign-in at a gateway that is part of the site's backend",
    description: "A standalone gateway completes no sign-in, and returns an error.",
    requestBody: body(refTo("HandleBody")),
    responses: { 200: { ...success({}), description: "What the site's `onSignIn` returns." } },
    errors: [
      ...[...withBody, ...withHandle, ...terminalStates, ...viaService],
      ...(["EXCHANGE_NOT_ALLOWED", "CODE_CHALLENGE_REQUIRED", "TICKET_NOT_AUTHORIZED"] as const),
      ...(["SIGN_IN_DISABLED", "PROOF_INVALID", "CONCURRENT_UPDATE", "OUTCOME_UNKNOWN"] as const),
    ],
  },
  "POST /qrlogin/v1/tickets/exchange": {
    operationId: "exchangeTicket",
    summary: "Spends the exchange ticket for the user information",
    description:
      "A backend sends an ExchangeBody with its app credential. The browser that created the ticket sends a HandleBody with its cookie, if the app has `exchangeFromBrowser`.",
    security: [{ appCredential: [] }, {}],
    requestBody: body({ oneOf: [refTo("ExchangeBody"), refTo("HandleBody")] }),
    responses: { 200: success(refTo("ExchangeResponse")) },
    errors: [
      ...[...withBody, ...withHandle, ...terminalStates, ...viaService],
      ...(["EXCHANGE_NOT_ALLOWED", "TICKET_NOT_AUTHORIZED", "PROOF_INVALID", "SIGN_IN_DISABLED"] as const),
      ...(["CONCURRENT_UPDATE", "OUTCOME_UNKNOWN"] as const),
    ],
  },
  "GET /qrlogin/v1/origin": {
    operationId: "checkOrigin",
    summary: "Reports whether pages of the calling origin may use an app",
    description: "Pages of every origin may read the response, without credentials.",
    parameters: [
      {
        name: "appId",
        in: "query",
        description: "Any app by default.",
        schema: { type: "string" },
      },
    ],
    responses: { 204: { description: "They may." } },
    errors: ["APP_UNKNOWN"],
  },
  "GET /qrlogin/v1/pictures/{name}.svg": image("getSvg", "SVG", "image/svg+xml"),
  "GET /qrlogin/v1/pictures/{name}.png": image("getPng", "PNG", "image/png"),
  "GET /qrlogin/v1/widget.js": {
    operationId: "getWidget",
    summary: "Returns the widget's script",
    responses: {
      200: success({ type: "string" }, "text/javascript"),
      304: { description: "The script of `If-None-Match` is current." },
    },
    errors: [],
  },
  "GET /qrlogin/v1/languages/zh.json": {
    operationId: "getChineseTexts",
    summary: "Returns the widget's texts in Chinese",
    description: "Pages of every origin may read the response, without credentials.",
    parameters: [
      {
        name: "v",
        in: "query",
        description:
          "Version that the widget expects. If it is the one here, caches may keep the response for a year.",
        schema: { type: "string" },
      },
    ],
    responses: {
      200: success({ type: "object" }),
      304: { description: "The texts of `If-None-Match` are current." },
    },
    errors: [],
  },
  "GET /.well-known/jwks.json": {
    operationId: "getSigningKeys",
    tag: "Keys and health",
    summary: "Returns the public keys that verify the tokens of an exchange",
    responses: {
      200: success(
        {
          type: "object",
          description: "A JSON Web Key Set (RFC 7517).",
          required: ["keys"],
          properties: { keys: { type: "array", items: { type: "object", required: ["kty"] } } },
        },
        "application/jwk-set+json",
      ),
    },
    errors: viaService,
  },
  "GET /livez": liveness("getLiveness"),
  "GET /healthz": { ...liveness("getHealth"), deprecated: true },
  "GET /readyz": {
    operationId: "getReadiness",
    tag: "Keys and health",
    summary: "Reports whether the gateway should get requests",
    description:
      "Served by a standalone gateway only. Follows from what the gateway knows and causes no call.",
    parameters: [
      {
        name: "exclude",
        in: "query",
        description: "An unreachable service does not count once the gateway has reached it.",
        schema: { type: "string", enum: ["service"] },
      },
    ],
    responses: {
      200: success(readinessSchema("ready")),
      503: { ...success(readinessSchema("starting", "unready", "stopping")), description: "Not ready." },
    },
    errors: [],
  },
};

function liveness(operationId: string): Described {
  return {
    operationId,
    tag: "Keys and health",
    summary: "Reports that the gateway runs",
    description: "Served by a standalone gateway only. Says nothing about the service.",
    responses: {
      200: success({
        type: "object",
        required: ["status"],
        properties: { status: { type: "string", const: "ok" } },
      }),
    },
    errors: [],
  };
}

function readinessSchema(...statuses: readonly string[]): Schema {
  return {
    type: "object",
    required: ["status", "service"],
    properties: {
      status: { type: "string", enum: statuses },
      service: { type: "string", enum: ["unknown", "reachable", "unreachable"] },
    },
  };
}

function image(operationId: string, format: string, mediaType: string): Described {
  const query = z.toJSONSchema(imageQuery, { io: "output" }).properties ?? {};
  return {
    operationId,
    summary: `Returns the QR code as ${format}`,
    description: "`pictures` of the new ticket has the path. Pages of every origin may load the image.",
    parameters: [
      { name: "name", in: "path", required: true, schema: { type: "string" } },
      ...Object.entries(query).map(([name, schema]) => ({
        name,
        in: "query",
        description: imageParameters[name],
        schema,
      })),
    ],
    responses: { 200: success({}, mediaType) },
    errors: ["INVALID_REQUEST", "TICKET_NOT_FOUND", "INTERNAL"],
  };
}

/** Returns the operations of the gateway's own API. */
export function gatewayOperations(reasons: Reasons): Paths {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const [
    route,
    { errors, tag = "Page", description = "", security = [], ...operation },
  ] of Object.entries(operations)) {
    const [method = "", path = ""] = route.split(" ");
    const statusOf = (name: ReasonName) => reasons.get(name)?.status ?? 500;
    const contentOfError = (status: number, reason: ReasonName) => {
      const problem = toProblem(new HttpError(status, reason, "text for people"), exampleRequestId);
      return contentOf("application/problem+json", refTo("Problem"), problem);
    };
    const withStatus = (status: number, ...names: ReasonName[]) =>
      errorResponses(names, () => status, contentOfError);
    const responses = {
      ...operation.responses,
      ...errorResponses([...anyCall, ...errors], statusOf, contentOfError),
      // A fault of the gateway itself. One of the service has the status 502.
      ...withStatus(500, "INTERNAL"),
      // The credential of the caller. That of the gateway has the status 502.
      ...(security.length > 0 && withStatus(401, "APP_UNAUTHENTICATED")),
    };
    paths[path] = {
      [method.toLowerCase()]: { ...operation, tags: [tag], description, security, responses },
    };
  }
  return paths;
}
