import { describe, expect, it } from "vitest";
import { MarkScannedRequest, MarkScannedResponse } from "../../../gen/qrlogin/v1/qr_login_service.js";
import { sendRequest } from "../http.js";
import { aliceToken, browser, clock, gateway, scan, setUpGateway } from "../setup.js";
import { callRpc, envelope, envelopesOf, errorOf, rpcPath } from "./rpc_calls.js";

setUpGateway();

describe("calls of a phone as JSON", () => {
  it("a phone scans, sees who is asking, and approves", async () => {
    const { ticketId, qrContent, handle } = await browser.create({ deviceName: "My laptop" });
    const scanned = await callRpc("MarkScanned", { qrContent });
    expect(scanned.status).toBe(200);
    expect(scanned.headers["content-type"]).toBe("application/json");
    expect(scanned.json).toMatchObject({
      ticketId,
      app: { name: "Example Shop" },
      requester: { deviceName: "My laptop", deviceNameSource: "CONTEXT_SOURCE_CLAIMED_BY_PAGE" },
    });
    const approved = await callRpc("Authorize", { ticketId });
    expect([approved.status, approved.json]).toEqual([
      200,
      { state: "TICKET_STATE_AUTHORIZED", revision: 3 },
    ]);
    expect((await browser.status(handle)).json.state).toBe("AUTHORIZED");
  });

  it("a phone scans and declines", async () => {
    const { ticketId, handle } = await browser.create();
    await callRpc("MarkScanned", { ticketId });
    expect((await callRpc("Cancel", { ticketId })).status).toBe(200);
    expect((await browser.status(handle)).json.state).toBe("CANCELLED");
  });

  it("the log names the method, the status and the reason, and neither token nor code", async () => {
    const { ticketId, qrContent } = await browser.create();
    await callRpc("MarkScanned", { qrContent });
    clock.advance(130_000);
    await callRpc("Authorize", { ticketId });
    const lines = gateway.lines.filter(({ route }) => String(route).startsWith("/qrlogin.v1"));
    expect(lines).toMatchObject([
      { method: "POST", route: rpcPath("MarkScanned"), status: 200 },
      { method: "POST", route: rpcPath("Authorize"), status: 400, reason: "TICKET_EXPIRED" },
    ]);
    for (const secret of [aliceToken, qrContent, ticketId]) expect(gateway.logText()).not.toContain(secret);
  });
});

describe("errors of the service", () => {
  it("an error keeps code, message and details, readable without generated code", async () => {
    const { ticketId } = await browser.create();
    const response = await callRpc("Authorize", { ticketId });
    expect(response.status).toBe(400);
    expect(errorOf(response)).toEqual({
      code: "failed_precondition",
      message: expect.any(String),
      details: {
        ErrorInfo: {
          reason: "TICKET_NOT_SCANNED",
          domain: "qrlogin.v1",
          metadata: { current_state: "PENDING" },
        },
        RequestInfo: { requestId: response.headers["x-request-id"] },
      },
    });
  });

  it("an invalid field is named", async () => {
    const response = await callRpc("Authorize", {});
    expect([response.status, errorOf(response).code]).toEqual([400, "invalid_argument"]);
    expect(errorOf(response).details).toMatchObject({
      ErrorInfo: { reason: "INVALID_REQUEST" },
      BadRequest: { fieldViolations: [{ field: "ticket_id" }] },
    });
  });

  it("a call without a token gets 401 of the service, with a challenge", async () => {
    const response = await sendRequest(gateway.url + rpcPath("Authorize"), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect([response.status, response.headers["www-authenticate"]]).toEqual([401, "Bearer"]);
    expect(errorOf(response).details).toMatchObject({ ErrorInfo: { reason: "USER_UNAUTHENTICATED" } });
  });
});

describe("gRPC-Web", () => {
  it("a phone scans over gRPC-Web", async () => {
    const { ticketId } = await browser.create();
    const request = MarkScannedRequest.encode({
      capabilities: [],
      scanned: { $case: "ticketId", value: ticketId },
    }).finish();
    const response = await callRpc("MarkScanned", envelope(request), {
      "content-type": "application/grpc-web+proto",
    });
    const [message, trailers] = envelopesOf(response.bytes);
    expect(MarkScannedResponse.decode(message?.data ?? new Uint8Array()).app?.name).toBe("Example Shop");
    expect([trailers?.flags, trailers?.data.toString()]).toEqual([0x80, "grpc-status: 0\r\n"]);
  });

  it("an error of the service is in the trailers", async () => {
    const { ticketId, qrContent } = await browser.create();
    await scan({ qrContent });
    clock.advance(130_000);
    const request = MarkScannedRequest.encode({
      capabilities: [],
      scanned: { $case: "ticketId", value: ticketId },
    }).finish();
    const response = await callRpc("MarkScanned", envelope(request), {
      "content-type": "application/grpc-web+proto",
    });
    expect(response.status).toBe(200);
    expect(envelopesOf(response.bytes)[0]?.data.toString()).toMatch(/grpc-status: 9\r\n/);
    expect(envelopesOf(response.bytes)[0]?.data.toString()).toMatch(/grpc-status-details-bin: /);
  });
});
