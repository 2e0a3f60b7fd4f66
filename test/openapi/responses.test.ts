import { describe, expect, it } from "vitest";
import { api, type Created, eventsPath, openBrowser, openCookieClient } from "../gateway/browser.js";
import { callRpc, rpcPath } from "../gateway/connect/rpc_calls.js";
import { approved, codeChallenge, codeVerifier, exchangeAs, shopCredential } from "../gateway/exchange.js";
import { openStream, sendRequest, type TestResponse } from "../gateway/http.js";
import {
  aliceToken,
  approve,
  browser,
  clock,
  gateway,
  restartGateway,
  restartService,
  scan,
  setUpGateway,
} from "../gateway/setup.js";
import { freePort } from "../support/free_port.js";
import { startTestGateway } from "../support/gateway.js";
import { signToken } from "../support/tokens.js";
import { operations, problemsOf, reasonOf, undescribed } from "./description.js";

const appMethods = [
  "CreateTicket",
  "GetStatus",
  "SubmitCheckCode",
  "Withdraw",
  "ExchangeUserInfo",
  "GetSigningKeys",
] as const;
const phoneMethods = ["MarkScanned", "Authorize", "Cancel"] as const;

setUpGateway({ gateway: { rpcMethods: [...phoneMethods, ...appMethods] } });

/** Requires that the response has this status and reason, and that the description says all of it. */
function expectDescribed(
  method: string,
  path: string,
  response: TestResponse,
  status: number,
  reason?: string,
): void {
  expect(undescribed(method, path, response)).toEqual([]);
  expect([response.status, status < 400 ? undefined : reasonOf(response.json)]).toEqual([status, reason]);
}

async function get(path: string, status: number, reason?: string, headers = {}): Promise<TestResponse> {
  const response = await browser.get(path, headers);
  expectDescribed("GET", path, response, status, reason);
  return response;
}

async function post(
  path: string,
  body: unknown,
  status: number,
  reason?: string,
  headers = {},
): Promise<TestResponse> {
  const response = await browser.post(path, body, headers);
  expectDescribed("POST", path, response, status, reason);
  return response;
}

async function rpc(
  method: string,
  body: unknown,
  status: number,
  reason?: string,
  headers = {},
): Promise<TestResponse> {
  const response = await callRpc(method, body, headers);
  expectDescribed("POST", rpcPath(method), response, status, reason);
  return response;
}

describe("responses of the phone's methods", () => {
  it("the responses to a phone that signs a user in are as described", async () => {
    const customData = { cart: 3, items: ["a"], nested: { b: null } };
    const { ticketId, qrContent } = await browser.create({
      deviceName: "Laptop",
      location: "Lisbon",
      customData,
    });
    const { json } = await rpc("MarkScanned", { qrContent }, 200);
    expect(json).toMatchObject({ ticketId, app: { name: "Example Shop" }, customData });
    await rpc("MarkScanned", { ticketId }, 200);
    await rpc("Authorize", { ticketId }, 200);
    await rpc("Cancel", { ticketId }, 400, "TICKET_ALREADY_AUTHORIZED");
    const other = await browser.create();
    await rpc("MarkScanned", { ticketId: other.ticketId }, 200);
    await rpc("Cancel", { ticketId: other.ticketId }, 200);
    await rpc("Authorize", { ticketId: other.ticketId }, 400, "TICKET_CANCELLED");
  });

  it("the responses to calls that change nothing are as described", async () => {
    const { ticketId } = await browser.create();
    const bob = { authorization: `Bearer ${await signToken("bob")}` };
    await rpc("Authorize", { ticketId }, 400, "TICKET_NOT_SCANNED");
    await rpc("MarkScanned", { ticketId }, 200);
    await rpc("MarkScanned", { ticketId }, 403, "SCANNED_BY_ANOTHER_USER", bob);
    await rpc("MarkScanned", { qrContent: "https://example.com" }, 400, "QR_CONTENT_INVALID");
    await rpc("MarkScanned", {}, 400, "INVALID_REQUEST");
    await rpc("MarkScanned", "{", 400, "INVALID_REQUEST");
    await rpc("Cancel", { ticketId: "x".repeat(22) }, 404, "TICKET_NOT_FOUND");
    await rpc("Cancel", { ticketId: "x".repeat(70_000) }, 429, "REQUEST_TOO_LARGE");
    await rpc("Authorize", { ticketId }, 401, "USER_UNAUTHENTICATED", { authorization: "Bearer a.b.c" });
    await rpc("Authorize", { ticketId }, 401, "USER_UNAUTHENTICATED", { authorization: shopCredential });
    await rpc("Authorize", { ticketId }, 403, "ORIGIN_NOT_ALLOWED", { origin: "https://evil.example.com" });
    await rpc("Authorize", { ticketId }, 415, "MEDIA_TYPE_NOT_SUPPORTED", { "content-type": "text/plain" });
    clock.advance(130_000);
    await rpc("Authorize", { ticketId }, 400, "TICKET_EXPIRED");
  });

  it("the responses of an app's methods are as described", async () => {
    const authorization = { authorization: shopCredential };
    const request = {
      ttl: "60s",
      qrImage: { format: "QR_IMAGE_FORMAT_SVG" },
      requester: { deviceName: "Till" },
    };
    const { json } = await rpc("CreateTicket", request, 200, undefined, authorization);
    const { ticketId, ticketSecret } = json as { ticketId: string; ticketSecret: string };
    await rpc("GetStatus", { ticketId, ticketSecret }, 200, undefined, authorization);
    await rpc("MarkScanned", { ticketId }, 200);
    await rpc("Authorize", { ticketId }, 200);
    const status = await rpc("GetStatus", { ticketId, ticketSecret }, 200, undefined, authorization);
    const { exchangeTicket } = status.json.status as { exchangeTicket: string };
    await rpc("ExchangeUserInfo", { exchangeTicket }, 200, undefined, authorization);
    await rpc("ExchangeUserInfo", { exchangeTicket }, 400, "TICKET_ALREADY_EXCHANGED", authorization);
    await rpc("Withdraw", { ticketId, ticketSecret }, 400, "TICKET_ALREADY_EXCHANGED", authorization);
    await rpc("GetSigningKeys", {}, 200, undefined, authorization);
    await rpc("GetSigningKeys", {}, 401, "APP_UNAUTHENTICATED", { authorization: `Bearer ${aliceToken}` });
    const second = await rpc("CreateTicket", {}, 200, undefined, authorization);
    const { ticketId: id, ticketSecret: secret } = second.json;
    await rpc("Withdraw", { ticketId: id, ticketSecret: secret }, 200, undefined, authorization);
  });
});

describe("responses of the gateway's own API", () => {
  it("the responses to a page that signs a user in are as described", async () => {
    await restartGateway({ appOptions: { shop: { exchangeFromBrowser: true } } });
    const { json } = await post(`${api}/tickets`, { appId: "shop", codeChallenge, ttlMs: 60_000 }, 201);
    const { handle, qrContent, ticketId } = json as { handle: string; qrContent: string; ticketId: string };
    const status = () => get(`${api}/tickets/status`, 200, undefined, { "qrlogin-handle": handle });
    expect((await status()).json.state).toBe("PENDING");
    await scan({ qrContent });
    expect((await status()).json.scannedBy).not.toBeNull();
    await approve({ qrContent, ticketId });
    const { exchangeTicket } = (await status()).json;
    await post(`${api}/tickets/exchange`, { handle }, 403, "PROOF_INVALID");
    const path = `${api}/tickets/exchange`;
    const exchanged = await post(path, { exchangeTicket, codeVerifier }, 200, undefined, {
      authorization: shopCredential,
    });
    expect(exchanged.json).toMatchObject({
      user: { userId: "subject-of-alice" },
      tokenSet: { tokenType: "Bearer" },
    });
    expect((await status()).json.state).toBe("EXCHANGED");
    await post(`${api}/tickets/withdraw`, { handle }, 409, "TICKET_ALREADY_EXCHANGED");
  });

  it("the responses to a page that asks for a check code, and shows codes that change, are as described", async () => {
    const policy = { checkCode: { mode: "always" }, qrRotation: { interval: "10s" } };
    await restartService({ settings: { policy } }, { rpcMethods: [...phoneMethods, ...appMethods] });
    const { json } = await post(`${api}/tickets`, { appId: "shop" }, 201);
    const { handle, qrContent, ticketId, qrCode } = json as unknown as Created;
    expect(qrCode).toMatchObject({ step: 1 });
    const status = async () =>
      (await get(`${api}/tickets/status`, 200, undefined, { "qrlogin-handle": handle })).json;
    expect(await status()).toMatchObject({ qrCode: { step: 1 }, checkCode: null });
    const submit = (checkCode: string, ...expected: [status: number, reason?: string]) =>
      post(`${api}/tickets/check-code`, { handle, checkCode }, ...expected);
    await submit("123", 400, "INVALID_REQUEST");
    await submit("123456", 409, "CHECK_CODE_NOT_EXPECTED");
    await scan({ qrContent });
    const { checkCode } = (await rpc("Authorize", { ticketId }, 200)).json as { checkCode: string };
    expect(await status()).toMatchObject({ qrCode: null, checkCode: { digits: 6, attemptsLeft: 3 } });
    const wrong = await submit(
      checkCode.replace(/^./, (digit) => `${9 - Number(digit)}`),
      400,
      "CHECK_CODE_MISMATCH",
    );
    expect(wrong.json.attemptsLeft).toBe(2);
    await submit(checkCode, 200);
    await post(`${api}/tickets/withdraw`, { handle }, 200);
    await submit(checkCode, 409, "TICKET_CANCELLED");
  });

  it("the events of a stream have the described status, and the stream has the described type", async () => {
    const { handle } = await browser.create();
    const stream = await openStream(gateway.url + eventsPath(handle), {
      headers: { cookie: [...browser.cookies].map((pair) => pair.join("=")).join("; ") },
    });
    await stream.until("event: status");
    await browser.withdraw(handle);
    await stream.ended;
    expect([stream.status, stream.headers["content-type"]]).toEqual([200, "text/event-stream"]);
    expect(operations.get(`GET ${api}/tickets/events`)?.responses[200]?.content).toHaveProperty([
      "text/event-stream",
    ]);
    const statuses = [...stream.text().matchAll(/^data: (.*)$/gm)].map(
      ([, data = ""]) => JSON.parse(data) as { state: string; revision: number },
    );
    expect(statuses.map(({ state }) => state)).toEqual(["PENDING", "CANCELLED"]);
    for (const status of statuses) {
      expect(problemsOf({ $ref: "#/components/schemas/StatusResponse" }, status)).toEqual([]);
    }
    await get(eventsPath(handle), 204, undefined, { "last-event-id": String(statuses.at(-1)?.revision) });
  });

  it("the responses of the other calls are as described", async () => {
    const { handle, pictures } = await browser.create();
    await get(`${pictures.svg}?size=320&margin=2&errorCorrection=Q`, 200);
    await get(`${pictures.png}?size=320`, 200);
    await get(`${api}/origin`, 204);
    await get(`${api}/widget.js`, 200);
    await get(`${api}/languages/zh.json`, 200);
    await get("/.well-known/jwks.json", 200);
    for (const path of ["/livez", "/healthz"]) await get(path, 200);
    await expect.poll(async () => (await browser.get("/readyz")).status).toBe(200);
    await get("/readyz?exclude=service", 200);
    await post(`${api}/tickets/withdraw`, { handle }, 200);
  });

  it("the errors of the gateway are as described", async () => {
    const { handle, exchangeTicket } = await approved();
    const stranger = openBrowser(gateway.url);
    await post(`${api}/tickets`, { appId: "none" }, 400, "APP_UNKNOWN");
    await post(`${api}/tickets`, { appId: 1, what: 2 }, 400, "INVALID_REQUEST");
    await post(`${api}/tickets`, {}, 403, "ORIGIN_NOT_ALLOWED", { origin: "https://evil.example.com" });
    await post(`${api}/tickets`, { scene: "x".repeat(9_000) }, 413, "REQUEST_TOO_LARGE");
    await post(`${api}/tickets`, {}, 415, "MEDIA_TYPE_NOT_SUPPORTED", { "content-type": "text/plain" });
    await post(`${api}/tickets/exchange`, { handle }, 403, "EXCHANGE_NOT_ALLOWED");
    await post(`${api}/tickets/complete`, { handle }, 403, "EXCHANGE_NOT_ALLOWED");
    await post(
      `${api}/tickets/complete`,
      { handle: (await browser.create()).handle },
      403,
      "CODE_CHALLENGE_REQUIRED",
    );
    await post(`${api}/tickets/withdraw`, { handle: "none" }, 404, "TICKET_NOT_FOUND");
    await get(`${api}/pictures/none.svg`, 404, "TICKET_NOT_FOUND");
    await get(`${api}/pictures/none.png?size=1`, 400, "INVALID_REQUEST");
    await get(`${api}/origin?appId=none`, 400, "APP_UNKNOWN");
    const path = `${api}/tickets/exchange`;
    expectDescribed("POST", path, await exchangeAs(undefined, exchangeTicket), 401, "APP_UNAUTHENTICATED");
    expectDescribed(
      "POST",
      path,
      await exchangeAs(shopCredential, exchangeTicket, "wrong"),
      403,
      "PROOF_INVALID",
    );
    const status = `${api}/tickets/status`;
    expectDescribed("GET", status, await stranger.status(handle), 403, "COOKIE_MISSING");
    expectDescribed(
      "GET",
      status,
      await openCookieClient(gateway.url).status(handle),
      404,
      "TICKET_NOT_FOUND",
    );
  });

  it("the errors of an address that is over its limits are as described", async () => {
    await restartGateway({ limits: { ticketsPerMinute: 1, callsPerMinute: 1 } });
    const { handle, ticketId } = (await post(`${api}/tickets`, {}, 201)).json as {
      handle: string;
      ticketId: string;
    };
    await post(`${api}/tickets`, {}, 429, "RATE_LIMITED");
    await post(`${api}/tickets/withdraw`, { handle: "none" }, 404, "TICKET_NOT_FOUND");
    await post(`${api}/tickets/withdraw`, { handle }, 429, "RATE_LIMITED");
    await rpc("Authorize", { ticketId }, 429, "RATE_LIMITED");
  });

  it("the errors of a gateway that cannot reach the service are as described", async () => {
    const lonely = await startTestGateway(`127.0.0.1:${await freePort()}`);
    try {
      for (const route of [
        `POST ${api}/tickets`,
        `POST ${rpcPath("Authorize")}`,
        "GET /.well-known/jwks.json",
      ]) {
        const [method = "", path = ""] = route.split(" ");
        const body = method === "POST" ? { headers: { "content-type": "application/json" }, body: "{}" } : {};
        const response = await sendRequest(lonely.url + path, { method, ...body });
        expectDescribed(method, path, response, 503, "SERVICE_UNAVAILABLE");
      }
      expectDescribed("GET", "/readyz", await sendRequest(`${lonely.url}/readyz`), 503);
    } finally {
      // Before the set-up checks that no connection is left.
      await lonely.stop();
    }
  });
});
