import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import { tokenIssuer } from "../support/server.js";
import { api } from "./browser.js";
import { approved, exchangeAs, shopCredential } from "./exchange.js";
import { sendRequest } from "./http.js";
import { browser, clock, gateway, server, setUpGateway } from "./setup.js";

setUpGateway();

describe("the published keys", () => {
  it("the published keys verify the tokens of an exchange", async () => {
    const { exchangeTicket } = await approved();
    const { tokenSet } = (await exchangeAs(shopCredential, exchangeTicket)).json;
    const answer = await browser.get("/.well-known/jwks.json");
    expect(answer.headers["content-type"]).toMatch(/^application\/jwk-set\+json/);
    const keys = createLocalJWKSet(answer.json as unknown as JSONWebKeySet);
    const { idToken, accessToken } = tokenSet as { idToken: string; accessToken: string };
    for (const token of [idToken, accessToken]) {
      const { payload } = await jwtVerify(token, keys, { issuer: tokenIssuer.issuer, audience: "shop" });
      expect(payload.sub).toBe("subject-of-alice");
    }
    expect(answer.text).not.toContain('"d"');
  });

  it("the published keys are cached for five minutes, and the service is called once in that time", async () => {
    const asked = () => server.lines.filter(({ method }) => method === "GetSigningKeys").length;
    const answers = await Promise.all(Array.from({ length: 5 }, () => browser.get("/.well-known/jwks.json")));
    for (const { headers, text } of answers) {
      expect(headers["cache-control"]).toBe("public, max-age=300");
      expect(text).toBe(answers[0]?.text);
    }
    clock.advance(299_999);
    await browser.get("/.well-known/jwks.json");
    expect(asked()).toBe(1);
    clock.advance(1);
    await browser.get("/.well-known/jwks.json");
    expect(asked()).toBe(2);
  });
});

describe("all routes", () => {
  it("every route forbids caching, except those of images and keys", async () => {
    const { handle, exchangeTicket, pictures } = await approved();
    const answers = [
      await browser.post(`${api}/tickets`, { appId: "shop" }),
      await browser.status(handle),
      await exchangeAs(shopCredential, exchangeTicket),
      await browser.withdraw((await browser.create()).handle),
      await browser.get(`${api}/tickets/events?handle=${handle}`),
      await browser.get("/healthz"),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 200, 200, 200]);
    for (const { headers } of answers) expect(headers["cache-control"]).toMatch(/^no-store/);
    const kept = [await browser.get(pictures.svg), await browser.get("/.well-known/jwks.json")];
    for (const { headers } of kept) expect(headers["cache-control"]).toContain("max-age");
  });

  it.each([
    ["GET", "/"],
    ["GET", `${api}/tickets`],
    ["POST", `${api}/tickets/status`],
    ["GET", `${api}/tickets/withdraw`],
    ["GET", `${api}/tickets/exchange`],
    ["GET", `${api}/tickets/complete`],
    ["PUT", `${api}/tickets`],
    ["DELETE", `${api}/tickets`],
    ["POST", "/healthz"],
    ["GET", "/qrlogin/v2/tickets/status"],
    ["GET", `${api}/tickets/status/`],
    ["GET", `${api}/../../etc/passwd`],
  ])("%s %s does not exist, and the error does not quote the URL", async (method, path) => {
    const answer = await sendRequest(`${gateway.url}${path}`, { method });
    expect(answer.status).toBe(404);
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.json).toEqual({
      title: "Not Found",
      status: 404,
      detail: "there is no such route",
      reason: "ROUTE_NOT_FOUND",
      requestId: expect.any(String),
    });
  });

  it("responses have security headers", async () => {
    const { headers } = await browser.post(`${api}/tickets`, { appId: "shop" });
    expect(headers).toMatchObject({
      "content-security-policy": "default-src 'none';frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    });
    expect(headers).not.toHaveProperty("x-powered-by");
    expect(headers).not.toHaveProperty("server");
  });

  it("a path that cannot be decoded is a bad request, and the response does not quote it", async () => {
    const answer = await sendRequest(`${gateway.url}${api}/pictures/%zz-secret.svg`);
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain("secret");
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(answer.headers["cache-control"]).toBe("no-store");
  });

  it("an image name of any length that does not exist gets 404", async () => {
    const answer = await browser.get(`${api}/pictures/${"x".repeat(9_000)}.svg`);
    expect([answer.status, answer.json.reason]).toEqual([404, "TICKET_NOT_FOUND"]);
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
  });
});

describe("HEAD requests", () => {
  it("every route except the event stream answers HEAD", async () => {
    const { handle } = await browser.create();
    const head = (path: string) =>
      browser.ask(path, { method: "HEAD", headers: { "qrlogin-handle": handle } });
    expect((await head(`${api}/tickets/status`)).status).toBe(200);
    const stream = await head(`${api}/tickets/events`);
    expect([stream.status, stream.text]).toEqual([404, ""]);
  });
});

describe("the health route", () => {
  it("the health route answers without an app, an origin or the service", async () => {
    expect((await sendRequest(`${gateway.url}/healthz`)).json).toEqual({ status: "ok" });
    const probe = await sendRequest(`${gateway.url}/healthz`, { headers: { host: "10.0.0.7" } });
    expect(probe.status).toBe(200);
  });
});
