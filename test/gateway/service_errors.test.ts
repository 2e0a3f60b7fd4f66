import { status } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { QrLoginError } from "../../src/client/index.js";
import { TicketError } from "../../src/domain/ticket_error.js";
import { asHttpError, HttpError } from "../../src/gateway/http/http_error.js";
import { createTicketBody } from "../../src/gateway/routes/schemas.js";
import { api } from "./browser.js";
import { browser, server, setUpGateway } from "./setup.js";

setUpGateway({
  service: { settings: { grpc: { address: "127.0.0.1:0", limits: { messageBytes: 4_096 } } } },
});

/** The expected response for each code without a reason, which gRPC itself or a proxy sends. */
const byCode: Readonly<Record<string, readonly [httpStatus: number, reason: string, waits: boolean]>> = {
  CANCELLED: [503, "SERVICE_UNAVAILABLE", true],
  UNKNOWN: [502, "INTERNAL", false],
  INVALID_ARGUMENT: [400, "INVALID_REQUEST", false],
  DEADLINE_EXCEEDED: [503, "SERVICE_UNAVAILABLE", true],
  NOT_FOUND: [502, "SERVICE_REFUSED", false],
  ALREADY_EXISTS: [502, "SERVICE_REFUSED", false],
  PERMISSION_DENIED: [502, "SERVICE_REFUSED", false],
  RESOURCE_EXHAUSTED: [413, "REQUEST_TOO_LARGE", false],
  FAILED_PRECONDITION: [502, "SERVICE_REFUSED", false],
  ABORTED: [502, "SERVICE_REFUSED", false],
  OUT_OF_RANGE: [400, "INVALID_REQUEST", false],
  UNIMPLEMENTED: [502, "SERVICE_REFUSED", false],
  INTERNAL: [502, "INTERNAL", false],
  UNAVAILABLE: [503, "SERVICE_UNAVAILABLE", true],
  DATA_LOSS: [502, "INTERNAL", false],
  UNAUTHENTICATED: [502, "SERVICE_REFUSED", false],
};

const responseTo = (...words: ConstructorParameters<typeof QrLoginError>) => {
  const error = new QrLoginError(...words);
  const httpError = asHttpError(error);
  if (!(httpError instanceof HttpError)) throw new Error("expected an HttpError");
  expect(httpError.details.cause).toBe(error);
  return [httpError.status, httpError.reason, httpError.details.retryAfterMs !== undefined];
};

it("every gRPC code without a reason has its own response, and Retry-After only where waiting helps", () => {
  const names = Object.keys(status).filter((name) => Number.isNaN(Number(name)) && name !== "OK");
  expect(Object.keys(byCode)).toEqual(names);
  for (const name of names) {
    const code = status[name as keyof typeof status];
    expect([name, ...responseTo(code, "in the words of a proxy")]).toEqual([name, ...(byCode[name] ?? [])]);
  }
  expect(responseTo(99, "no code of gRPC")).toEqual([502, "SERVICE_REFUSED", false]);
});

it("a stream reset and a quota with a delay are reported as temporary errors", () => {
  expect(responseTo(status.INTERNAL, "Received RST_STREAM with code 2")).toEqual([
    ...[503, "SERVICE_UNAVAILABLE", true],
  ]);
  expect(responseTo(status.RESOURCE_EXHAUSTED, "quota", { retryAfterMs: 5_000 })).toEqual([
    ...[429, "RATE_LIMITED", true],
  ]);
});

it("a web server in place of the service is SERVICE_REFUSED whatever its reply looks like, and no address leaves the gateway", () => {
  const connectionFailure = "NOT_GRPC" as const;
  for (const code of [status.RESOURCE_EXHAUSTED, status.UNIMPLEMENTED, status.UNKNOWN]) {
    expect(responseTo(code, "cannot reach 10.1.2.3:80", { connectionFailure })).toEqual([
      ...[502, "SERVICE_REFUSED", false],
    ]);
    const { message } = asHttpError(new QrLoginError(code, "10.1.2.3:80", { connectionFailure })) ?? {};
    expect(message).toMatch(/another server answers at its address$/);
  }
  // A proxy without a service behind it.
  expect(responseTo(status.UNAVAILABLE, "10.1.2.3:80", { connectionFailure })).toEqual([
    ...[503, "SERVICE_UNAVAILABLE", true],
  ]);
});

it("a reason of a later release keeps the service's message and gets the HTTP status of its code", () => {
  const later = { rawReason: "DEVICE_BLOCKED", domain: "qrlogin.v1" };
  expect(responseTo(status.PERMISSION_DENIED, "the device is blocked", later)).toEqual([
    ...[403, "SERVICE_REFUSED", false],
  ]);
  expect(asHttpError(new QrLoginError(status.FAILED_PRECONDITION, "not now", later))).toMatchObject({
    ...{ status: 409, message: "not now" },
  });
  // As for OUTCOME_UNKNOWN: an error without a delay is not retried.
  expect(responseTo(status.UNAVAILABLE, "lost", later)).toEqual([503, "SERVICE_REFUSED", false]);
});

it("a request that is too large for the service is rejected for good, not reported as an outage", async () => {
  // Each number of one digit takes eleven bytes on the way to the service.
  const customData = { list: Array.from({ length: 480 }, () => 1) };
  const answer = await browser.post(`${api}/tickets`, { appId: "shop", customData });
  expect([answer.status, answer.json.reason]).toEqual([413, "REQUEST_TOO_LARGE"]);
  expect(answer.headers["retry-after"]).toBeUndefined();
  expect(answer.json.retryAfterMs).toBeUndefined();
  expect(server.lines.filter(({ method }) => method === "CreateTicket")).toEqual([]);
});

describe("the names of fields in errors", () => {
  /** Returns the error that a page gets for violations of these fields. */
  const errorFor = (fields: readonly string[], message?: string) => {
    const fieldViolations = fields.map((field) => ({ field, description: "is too long" }));
    const summary = fields.map((field) => `${field} is too long`).join("; ");
    const details = { reason: "INVALID_REQUEST", fieldViolations } as const;
    return asHttpError(new QrLoginError(status.INVALID_ARGUMENT, message ?? summary, details));
  };
  const fieldOf = (field: string) => errorFor([field])?.details.fieldViolations?.[0]?.field;

  it.each([
    ["scene", "scene"],
    ["custom_data", "customData"],
    ["code_challenge", "codeChallenge"],
    ["ttl", "ttlMs"],
    ["requester.device_name", "deviceName"],
    ["requester.location", "location"],
    ["qr_image.error_correction", "errorCorrection"],
    ["qr_image.size", "size"],
    ["exchange_ticket", "exchangeTicket"],
    ["code_verifier", "codeVerifier"],
  ])("the service's field %s is named %s in the error", (field, name) => {
    expect(fieldOf(field)).toBe(name);
  });

  it("every field of the body that creates a ticket has the name that the error uses", () => {
    const names = [
      "scene",
      "custom_data",
      "ttl",
      "requester.device_name",
      "requester.location",
      "code_challenge",
    ];
    expect([...names.map(fieldOf), "appId"].sort()).toEqual(Object.keys(createTicketBody.shape).sort());
  });

  it("a message that only lists the fields becomes the gateway's own message", () => {
    expect(errorFor(["custom_data", "requester.device_name"])).toMatchObject({
      status: 400,
      reason: "INVALID_REQUEST",
      message: "the request is not valid",
    });
  });

  it("any other message of the service keeps its words and gets the JSON names", () => {
    const message = "the throttle rejects custom_data, and ttl with it; see custom_data_source";
    expect(errorFor(["custom_data", "ttl"], message)?.message).toBe(
      "the throttle rejects customData, and ttlMs with it; see custom_data_source",
    );
  });

  it("an error of an image names the field of the query, and a later release's error the JSON field", () => {
    const fieldViolations = [
      { field: "qr_image.size", description: "needs at least 99 pixels for this code" },
    ];
    const tooSmall = new TicketError("INVALID_REQUEST", "the QR image is too small", { fieldViolations });
    expect(asHttpError(tooSmall)).toMatchObject({
      message: "the QR image is too small",
      details: { fieldViolations: [{ field: "size" }] },
    });
    const later = { rawReason: "FIELD_BLOCKED", domain: "qrlogin.v1" };
    const violations = [{ field: "device_key", description: "is blocked" }];
    expect(
      asHttpError(
        new QrLoginError(status.INVALID_ARGUMENT, "device_key is blocked", {
          ...later,
          fieldViolations: violations,
        }),
      ),
    ).toMatchObject({
      message: "the request is not valid",
      details: { fieldViolations: [{ field: "deviceKey", description: "is blocked" }] },
    });
  });
});
