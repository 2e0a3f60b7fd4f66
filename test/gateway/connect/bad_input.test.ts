import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, expect, it, test } from "vitest";
import { AuthorizeRequest } from "../../../gen/qrlogin/v1/qr_login_service.js";
import { flushPromises } from "../../support/clock.js";
import { sendRequest } from "../http.js";
import { browser, gateway, restartGateway, scan, setUpGateway } from "../setup.js";
import { bomb, callRpc, envelope, envelopesOf, errorOf, rpcPath } from "./rpc_calls.js";

setUpGateway();

const envelopeUnlessUnary = (headers: object) =>
  "grpc-timeout" in headers ? envelope(Buffer.from("{}")) : "{}";

const grpcWeb = { "content-type": "application/grpc-web+proto" };

describe("requests that cannot be read", () => {
  const tooLarge = Buffer.from(`{"ticketId":"${"x".repeat(70_000)}"}`);
  const cases: readonly [string, string | Buffer, Record<string, string>, number, string, string][] = [
    ["JSON that is cut off", '{"ticketId":', {}, 400, "invalid_argument", "INVALID_REQUEST"],
    ["no body", "", {}, 400, "invalid_argument", "INVALID_REQUEST"],
    ["a field of another type", '{"ticketId":5}', {}, 400, "invalid_argument", "INVALID_REQUEST"],
    [
      "invalid protobuf",
      Buffer.from([0x0a, 0xff]),
      { "content-type": "application/proto" },
      400,
      "invalid_argument",
      "INVALID_REQUEST",
    ],
    ["invalid gzip", "{}", { "content-encoding": "gzip" }, 400, "invalid_argument", "INVALID_REQUEST"],
    ["an unknown encoding", "{}", { "content-encoding": "zstd" }, 501, "unimplemented", "INVALID_REQUEST"],
    [
      "an invalid time-out",
      "{}",
      { "connect-timeout-ms": "soon" },
      400,
      "invalid_argument",
      "INVALID_REQUEST",
    ],
    ["a body over 64 KiB", tooLarge, {}, 429, "resource_exhausted", "REQUEST_TOO_LARGE"],
    [
      "gzip over 64 KiB",
      bomb(),
      { "content-encoding": "gzip" },
      429,
      "resource_exhausted",
      "REQUEST_TOO_LARGE",
    ],
    [
      "brotli over 64 KiB",
      brotliCompressSync(tooLarge),
      { "content-encoding": "br" },
      429,
      "resource_exhausted",
      "REQUEST_TOO_LARGE",
    ],
  ];
  it.each(cases)("%s gets one clear error", async (_what, body, headers, status, code, reason) => {
    const response = await callRpc("Authorize", body, headers);
    expect(response.status).toBe(status);
    expect(errorOf(response)).toMatchObject({ code, details: { ErrorInfo: { reason } } });
    expect(errorOf(response).message).not.toBe("");
    expect(gateway.lines.at(-1)).toMatchObject({ status, reason });
  });
});

describe("requests of another form", () => {
  it.each([
    ["native gRPC", "application/grpc+proto"],
    ["text", "text/plain"],
    ["a form", "application/x-www-form-urlencoded"],
    ["gRPC-Web as text", "application/grpc-web-text"],
    ["a stream for a method without one", "application/connect+json"],
    ["JSON in another alphabet", "application/json; charset=utf-16"],
  ])("%s gets 415", async (_what, contentType) => {
    const response = await callRpc("Authorize", "{}", { "content-type": contentType });
    expect(response.status).toBe(415);
    expect(response.headers["accept-post"]).toContain("application/json");
    expect(errorOf(response).details).toMatchObject({ ErrorInfo: { reason: "MEDIA_TYPE_NOT_SUPPORTED" } });
  });

  it.each(["GET", "PUT", "PATCH", "DELETE"])("%s gets 405, whatever the query says", async (method) => {
    const query = `?connect=v1&encoding=json&message=${encodeURIComponent("{}")}`;
    const response = await sendRequest(gateway.url + rpcPath("Authorize") + query, { method });
    expect([response.status, response.headers.allow]).toEqual([405, "POST"]);
    expect(errorOf(response).code).toBe("unimplemented");
    expect(gateway.logText()).not.toContain("encoding=json");
  });

  it.each(["CreateTicket", "WatchStatus", "Nonsense", "", "Authorize/", "%41uthorize/x", "x/Authorize"])(
    "a method that is not listed gets 404: %s",
    async (method) => {
      const response = await callRpc(method, {});
      expect(response.status).toBe(404);
      expect(errorOf(response)).toMatchObject({
        code: "unimplemented",
        details: { ErrorInfo: { reason: "ROUTE_NOT_FOUND", domain: "qrlogin.gateway" } },
      });
    },
  );

  test("without rpcMethods there is no such route", async () => {
    await restartGateway({ rpcMethods: [] });
    const response = await callRpc("Authorize", {});
    expect([response.status, response.json.reason]).toEqual([404, "ROUTE_NOT_FOUND"]);
  });
});

describe("errors over gRPC-Web", () => {
  it.each([
    ["an envelope that is cut off", envelope(Buffer.alloc(9)).subarray(0, 8), {}, 3],
    ["an envelope that announces 4 GiB", Buffer.from([0, 0xff, 0xff, 0xff, 0xff]), {}, 8],
    ["no envelope", Buffer.alloc(0), {}, 12],
    ["two messages", Buffer.concat([envelope(Buffer.alloc(0)), envelope(Buffer.alloc(0))]), {}, 12],
    ["invalid protobuf", envelope(Buffer.from([0x0a, 0xff])), {}, 3],
    // V8 quotes half of the character in its error, which gRPC-Web cannot encode.
    ["invalid JSON", envelope(Buffer.from("💥")), { "content-type": "application/grpc-web+json" }, 3],
    ["a compressed message without an encoding", envelope(gzipSync("{}"), 1), {}, 3],
    ["gzip over 64 KiB", envelope(bomb(), 1), { "grpc-encoding": "gzip" }, 8],
    ["an unknown encoding", envelope(Buffer.alloc(0)), { "grpc-encoding": "zstd" }, 12],
    ["an invalid time-out", envelope(Buffer.alloc(0)), { "grpc-timeout": "1 day" }, 3],
    ["a body over 64 KiB", envelope(Buffer.alloc(70_000)), {}, 8],
  ])("%s gets one clear error in the trailers", async (_what, body, headers, code) => {
    const sent = { ...grpcWeb, ...headers };
    const response = await callRpc("Authorize", body, sent);
    expect([response.status, response.headers["content-type"]]).toEqual([200, sent["content-type"]]);
    const envelopes = envelopesOf(response.bytes);
    expect(envelopes).toHaveLength(1);
    const trailers = envelopes[0]?.data.toString();
    expect(trailers).toContain(`grpc-status: ${code}\r\n`);
    expect(trailers).toContain("grpc-status-details-bin: ");
    expect(gateway.lines.at(-1)?.reason).toMatch(/^(INVALID_REQUEST|REQUEST_TOO_LARGE)$/);
  });
});

describe("requests that can be read", () => {
  it.each(["gzip", "br"])("a body may be compressed: %s", async (encoding) => {
    const { ticketId, qrContent } = await browser.create();
    await scan({ qrContent });
    const json = Buffer.from(JSON.stringify({ ticketId }));
    const body = encoding === "br" ? brotliCompressSync(json) : gzipSync(json);
    expect((await callRpc("Authorize", body, { "content-encoding": encoding })).status).toBe(200);
  });

  it("unknown fields are ignored, so that newer clients work", async () => {
    const { ticketId, qrContent } = await browser.create();
    await scan({ qrContent });
    expect((await callRpc("Authorize", { ticketId, laterField: 1 })).status).toBe(200);
  });

  it("a binary message may have a charset-free type of either protocol", async () => {
    const { ticketId, qrContent } = await browser.create();
    await scan({ qrContent });
    const body = Buffer.from(AuthorizeRequest.encode({ ticketId }).finish());
    expect((await callRpc("Authorize", body, { "content-type": "application/proto" })).status).toBe(200);
  });

  it("a caller's time-out ends the call", async () => {
    const response = await callRpc("Authorize", {}, { "connect-timeout-ms": "0" });
    expect([response.status, errorOf(response).code]).toEqual([504, "deadline_exceeded"]);
    expect(gateway.lines.at(-1)).toMatchObject({ reason: "DEADLINE_EXCEEDED" });
  });

  it.each([
    [{ "connect-timeout-ms": "9999999999" }],
    [{ "content-type": "application/grpc-web+json", "grpc-timeout": "99999999H" }],
  ])("a time-out beyond the range of timers does not end a call: %o", async (headers) => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning);
    process.on("warning", onWarning);
    const response = await callRpc("Authorize", envelopeUnlessUnary(headers), headers);
    await flushPromises();
    process.off("warning", onWarning);
    expect(response.text).toMatch(/ticket_id/);
    expect(warnings).toEqual([]);
  });

  it("an error quotes nothing of the request", async () => {
    const response = await callRpc("Authorize", "no-json");
    expect(response.status).toBe(400);
    expect(response.text + gateway.logText()).not.toContain("no-json");
  });
});
