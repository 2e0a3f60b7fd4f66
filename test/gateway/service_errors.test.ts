import { status } from "@grpc/grpc-js";
import { expect, it } from "vitest";
import { QrLoginError } from "../../src/client/index.js";
import { asHttpError, HttpError } from "../../src/gateway/http/http_error.js";
import { api } from "./browser.js";
import { browser, server, setUpGateway } from "./setup.js";

setUpGateway({
  service: { settings: { grpc: { address: "127.0.0.1:0", limits: { messageBytes: 4_096 } } } },
});

/** What a page is answered to a code that comes without a reason, from gRPC itself or a proxy. */
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

const answerTo = (...words: ConstructorParameters<typeof QrLoginError>) => {
  const error = new QrLoginError(...words);
  const refusal = asHttpError(error);
  if (!(refusal instanceof HttpError)) throw new Error("it is not refused");
  expect(refusal.details.cause).toBe(error);
  return [refusal.status, refusal.reason, refusal.details.retryAfterMs !== undefined];
};

it("every gRPC code without a reason has an answer of its own, and waits only where that helps", () => {
  const names = Object.keys(status).filter((name) => Number.isNaN(Number(name)) && name !== "OK");
  expect(Object.keys(byCode)).toEqual(names);
  for (const name of names) {
    const code = status[name as keyof typeof status];
    expect([name, ...answerTo(code, "in the words of a proxy")]).toEqual([name, ...(byCode[name] ?? [])]);
  }
  expect(answerTo(99, "no code of gRPC")).toEqual([502, "SERVICE_REFUSED", false]);
});

it("a stream that was reset may go well again, and a quota that says when", () => {
  expect(answerTo(status.INTERNAL, "Received RST_STREAM with code 2")).toEqual([
    ...[503, "SERVICE_UNAVAILABLE", true],
  ]);
  expect(answerTo(status.RESOURCE_EXHAUSTED, "quota", { retryAfterMs: 5_000 })).toEqual([
    ...[429, "RATE_LIMITED", true],
  ]);
});

it("a reason of a later release keeps the text of the service, and the HTTP status of its code", () => {
  const later = { rawReason: "DEVICE_BLOCKED", domain: "qrlogin.v1" };
  expect(answerTo(status.PERMISSION_DENIED, "the device is blocked", later)).toEqual([
    ...[403, "SERVICE_REFUSED", false],
  ]);
  expect(asHttpError(new QrLoginError(status.FAILED_PRECONDITION, "not now", later))).toMatchObject({
    ...{ status: 409, message: "not now" },
  });
  // As OUTCOME_UNKNOWN: what says no time is not tried again.
  expect(answerTo(status.UNAVAILABLE, "lost", later)).toEqual([503, "SERVICE_REFUSED", false]);
});

it("a request that is too large for the service is refused for good, and not as if the service were away", async () => {
  // Each number of one digit takes eleven bytes on the way to the service.
  const customData = { list: Array.from({ length: 480 }, () => 1) };
  const answer = await browser.post(`${api}/tickets`, { appId: "shop", customData });
  expect([answer.status, answer.json.reason]).toEqual([413, "REQUEST_TOO_LARGE"]);
  expect(answer.headers["retry-after"]).toBeUndefined();
  expect(answer.json.retryAfterMs).toBeUndefined();
  expect(server.lines.filter(({ method }) => method === "CreateTicket")).toEqual([]);
});
