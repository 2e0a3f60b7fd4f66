import { readFileSync } from "node:fs";
import fastify, { type FastifyPluginAsync } from "fastify";
import { describe, expect, it } from "vitest";
import { ErrorReason } from "../../src/client/index.js";
import { createAppRegistry } from "../../src/gateway/access/app_registry.js";
import { createTicketsById } from "../../src/gateway/authing/codes.js";
import { codeOf } from "../../src/gateway/authing/envelope.js";
import { HttpError, type HttpErrorReason } from "../../src/gateway/http/http_error.js";
import { type GatewayOptions, qrLoginGateway } from "../../src/gateway/index.js";
import { newHandleKey } from "../support/gateway.js";
import {
  appHeader,
  approveAs,
  basicOf,
  call,
  checkUntil,
  gene,
  phone,
  userinfo,
  v2,
  v3,
} from "./authing_calls.js";
import { openBrowser } from "./browser.js";
import { aliceToken, browser, clock, gateway, restartGateway, server, setUpGateway } from "./setup.js";

setUpGateway();

const calls = [`${v2}/gene`, `${v3}/gene-qrcode`];
const json = { "content-type": "application/json", ...appHeader("shop") };

describe.each(calls)("an Authing route (%s) that gets a request no SDK sends", (path) => {
  const envelope = (code: number) =>
    path.startsWith(v2)
      ? { code, message: expect.any(String), data: null }
      : {
          statusCode: code,
          apiCode: code,
          message: expect.any(String),
          requestId: expect.any(String),
          data: null,
        };

  it.each([
    ["broken JSON", "{", {}, 400],
    ["a form", "a=b", { "content-type": "application/x-www-form-urlencoded" }, 415],
    ["a form with a file", "--x--", { "content-type": "multipart/form-data; boundary=x" }, 415],
    ["JSON that calls itself text", "{}", { "content-type": "text/plain" }, 415],
    ["a body of a megabyte", "x".repeat(1_000_000), {}, 413],
    ["a key that poisons objects", '{"__proto__":{"a":1}}', {}, 400],
    ["a page of an origin that is not listed", "{}", { origin: "https://evil.example.com" }, 403],
    ["a page that hides its origin", "{}", { origin: "null" }, 403],
    ["a form of another site", "{}", { "sec-fetch-site": "cross-site" }, 403],
  ])("%s is rejected in the envelope with its HTTP status", async (_what, body, headers, status) => {
    const answer = await browser.ask(path, { method: "POST", headers: { ...json, ...headers }, body });
    expect(answer.status).toBe(status);
    expect(answer.json).toEqual(envelope(status));
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.headers["content-type"]).toContain("application/json");
  });

  it.each([
    ["a list", "[]"],
    ["a text", '"x"'],
    ["a number", "7"],
  ])("JSON that is %s is rejected with code 400 and HTTP status 200", async (_what, body) => {
    const answer = await browser.ask(path, { method: "POST", headers: json, body });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual(envelope(400));
  });

  it("a page whose origin only another app lists is rejected with 403 in the envelope", async () => {
    const origin = "https://blog.example.com";
    await restartGateway({ appOptions: { blog: { origins: [origin] } } });
    const headers = { ...json, origin };
    const rejected = await browser.ask(path, { method: "POST", headers, body: "{}" });
    expect(rejected.status).toBe(403);
    expect(rejected.json).toEqual(envelope(403));
    const asBlog = { ...headers, ...appHeader("blog") };
    expect((await browser.ask(path, { method: "POST", headers: asBlog, body: "{}" })).status).toBe(200);
  });

  it("a page of a listed origin may send every header that the SDKs send", async () => {
    const origin = "https://shop.example.com";
    await restartGateway({ appOptions: { shop: { origins: [origin] } } });
    const wanted =
      "authorization,content-type,x-authing-app-id,x-authing-lang,x-authing-request-from,x-authing-sdk-version";
    const answer = await browser.ask(path, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": wanted },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      "access-control-allow-origin": origin,
      "access-control-allow-credentials": "true",
      "access-control-allow-headers": wanted,
    });
  });
});

it.each(["GET", "POST"])(
  "%s of an unknown V2 route gets the envelope with HTTP status 404",
  async (method) => {
    const host = fastify();
    const plugin: FastifyPluginAsync<GatewayOptions> = qrLoginGateway;
    const apps = [{ id: "shop", secret: "secret" }];
    const service = { address: server.address };
    await host.register(plugin, { service, apps, handleKeys: [newHandleKey()], prefix: "/login" });
    const url = await host.listen({ host: "127.0.0.1", port: 0 });
    for (const baseUrl of [gateway.url, `${url}/login`]) {
      for (const path of ["/", "/nowhere", "/check/more?random=lost-handle", "/gene/"]) {
        const answer = await openBrowser(baseUrl).ask(`${v2}${path}`, { method });
        expect(answer.status).toBe(404);
        expect(answer.json).toEqual({ code: 404, message: "there is no such route", data: null });
      }
    }
    await host.close();
  },
);

describe("the error codes", () => {
  const services = Object.keys(ErrorReason).filter(
    (name) => name !== "UNSPECIFIED" && name !== "UNRECOGNIZED",
  ) as HttpErrorReason[];

  const documented = readFileSync(new URL("../../docs/authing-api.md", import.meta.url), "utf8");

  it.each(services)("the reason %s has an error code, and docs/authing-api.md lists it", (reason) => {
    const code = codeOf(new HttpError(400, reason, "text"));
    expect(code).toBeGreaterThan(200);
    expect(documented).toMatch(new RegExp(`^\\| [\\d, ]*\\b${code}\\b`, "m"));
  });

  it("a wrong secret of the app and one of the gateway have different error codes", () => {
    expect(codeOf(new HttpError(401, "APP_UNAUTHENTICATED", "text"))).toBe(2020);
    expect(codeOf(new HttpError(502, "APP_UNAUTHENTICATED", "text"))).toBe(500);
  });
});

describe("the tickets that the gateway stores for pollByTicketId", () => {
  const [app] = createAppRegistry([{ id: "shop", secret: "secret" }]).all;
  if (!app) throw new Error("there is an app");
  const ticket = (ticketId: string) => ({
    ...{ app, credentials: app.credentials, ticketId, ticketSecret: "secret", boundTo: undefined },
    hasChallenge: false,
  });

  it("a ticket stored for pollByTicketId is dropped after its maximum age", () => {
    const secrets = createTicketsById(clock, 1_000);
    secrets.add(ticket("one"));
    clock.advance(999);
    expect(secrets.find("one")?.ticketId).toBe("one");
    clock.advance(1);
    expect(secrets.find("one")).toBeUndefined();
  });

  it("the store for pollByTicketId is bounded and drops the oldest ticket first", () => {
    const secrets = createTicketsById(clock, 1_000, 2);
    for (const id of ["one", "two", "three"]) secrets.add(ticket(id));
    expect(["one", "two", "three"].map((id) => secrets.find(id)?.ticketId)).toEqual([
      undefined,
      "two",
      "three",
    ]);
  });
});

it("the log of a whole sign-in holds no secret, token, handle or exchange ticket", async () => {
  await restartGateway({ appOptions: { shop: { exchangeFromBrowser: true } } });
  const random = await gene({ params: { note: "custom text" } });
  await approveAs(aliceToken, random);
  const { ticket } = await checkUntil(random, 2);
  await userinfo({ ticket }, basicOf("shop", "a-wrong-secret"));
  const { data } = await userinfo({ ticket });
  await phone("scanned", random, `${aliceToken}x`);
  await call(`${v2}/check?random=${random.slice(0, -4)}aaaa`);
  const log = gateway.logText();
  const secrets = [
    random,
    aliceToken,
    ticket,
    data.token,
    "a-wrong-secret",
    "secret-of-the-shop",
    "custom text",
  ];
  for (const secret of [...secrets, ...browser.cookies.values(), "alice-nick"]) {
    expect(log).not.toContain(String(secret));
  }
  expect(log).toContain(`${v2}/check`);
});
