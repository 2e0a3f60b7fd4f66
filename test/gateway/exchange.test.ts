import { describe, expect, it } from "vitest";
import { exchangeTicketOf, newSecret } from "../../src/domain/secrets.js";
import { basic, responseOrThrow } from "../support/callers.js";
import { appSecrets } from "../support/server.js";
import { api, openBrowser, openCookieClient } from "./browser.js";
import { approved, exchangeAs, shopCredential } from "./exchange.js";
import { alice, approve, browser, clock, gateway, restartGateway, scan, setUpGateway } from "./setup.js";

const jwt = expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/);

describe("an exchange by the site's backend", () => {
  setUpGateway();

  it("an exchange with the app's secret returns the user and signed tokens", async () => {
    const { exchangeTicket } = await approved();
    const answer = await exchangeAs(shopCredential, exchangeTicket);
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({
      user: { userId: "subject-of-alice", nickname: "alice-nick", email: "alice@mail.example.com" },
      userPoolId: "customers",
      approval: { clientId: "mobile-client" },
      tokenSet: { idToken: jwt, accessToken: jwt, tokenType: "Bearer" },
    });
    const { expiresAt, expiresInMs } = answer.json.tokenSet as { expiresAt: string; expiresInMs: number };
    expect(expiresInMs).toBe(Date.parse(expiresAt) - clock.now());
  });

  it("a repeated exchange gets the same response for five seconds, and then an error", async () => {
    const { exchangeTicket } = await approved();
    const ask = () => exchangeAs(shopCredential, exchangeTicket);
    const [first, ...others] = await Promise.all([ask(), ask(), ask()]);
    clock.advance(4_999);
    for (const other of [...others, await ask()]) expect(other.text).toBe(first?.text);
    clock.advance(1);
    const late = await ask();
    expect(late.status).toBe(409);
    expect(late.json).toMatchObject({ reason: "TICKET_ALREADY_EXCHANGED", currentState: "EXCHANGED" });
  });

  it.each([
    ["no credential", undefined],
    ["a wrong secret", basic("shop", "not-the-secret")],
    ["an app that is not configured", basic("elsewhere", "secret")],
    ["a bearer token", `Bearer ${newSecret()}`],
    ["a malformed credential", "Basic %%%"],
    ["a credential without a secret", basic("shop", "")],
    ["a credential without an app", basic("", appSecrets.shop)],
  ])(
    "an exchange with %s is rejected with 401, and does not consume the ticket",
    async (_title, authorization) => {
      const { exchangeTicket } = await approved();
      const answer = await exchangeAs(authorization, exchangeTicket);
      expect(answer.status).toBe(401);
      expect(answer.json).toEqual({
        title: "Unauthorized",
        status: 401,
        detail: "a valid app credential is required",
        reason: "APP_UNAUTHENTICATED",
        requestId: expect.any(String),
      });
      expect(answer.headers["www-authenticate"]).toBe('Basic realm="qrlogin", charset="UTF-8"');
      expect((await exchangeAs(shopCredential, exchangeTicket)).status).toBe(200);
    },
  );

  it("an exchange accepts a form-encoded id and secret, as OAuth clients send them", async () => {
    const { exchangeTicket } = await approved();
    const escaped = (text: string) => text.replace(/./gu, (each) => `%${each.charCodeAt(0).toString(16)}`);
    const encoded = basic(escaped("shop"), escaped(appSecrets.shop));
    expect((await exchangeAs(encoded, exchangeTicket)).status).toBe(200);
  });

  it("another app cannot find the ticket, even just after the right app has exchanged it", async () => {
    const { exchangeTicket } = await approved();
    const asBlog = () => exchangeAs(basic("blog", appSecrets.blog), exchangeTicket);
    expect((await asBlog()).json.reason).toBe("TICKET_NOT_FOUND");
    expect((await exchangeAs(shopCredential, exchangeTicket)).status).toBe(200);
    expect((await asBlog()).json.reason).toBe("TICKET_NOT_FOUND");
    expect((await exchangeAs(basic("shop", "wrong"), exchangeTicket)).status).toBe(401);
  });

  it("an exchange with an invalid exchange ticket is rejected", async () => {
    const { ticketId } = await browser.create();
    for (const text of ["x", ticketId, exchangeTicketOf(ticketId, newSecret())]) {
      const answer = await exchangeAs(shopCredential, text);
      expect([answer.status, answer.json.reason]).toEqual([404, "TICKET_NOT_FOUND"]);
    }
    for (const none of [undefined, "", 5, null, "x".repeat(257)]) {
      const answer = await exchangeAs(shopCredential, none);
      expect([answer.status, answer.json.reason]).toEqual([400, "INVALID_REQUEST"]);
      expect(answer.json.fieldViolations).toMatchObject([{ field: "exchangeTicket" }]);
    }
  });

  it("there is no exchange before the approval, nor with a handle", async () => {
    const created = await browser.create();
    await scan(created);
    expect((await browser.status(created.handle)).json.exchangeTicket).toBeNull();
    expect((await exchangeAs(shopCredential, created.handle)).status).toBe(400);
  });
});

describe("an exchange by the browser", () => {
  setUpGateway();

  it("a browser's exchange is rejected unless the app allows it, and does not consume the ticket", async () => {
    const { handle, exchangeTicket } = await approved();
    const answer = await browser.exchange(handle);
    expect([answer.status, answer.json.reason]).toEqual([403, "EXCHANGE_NOT_ALLOWED"]);
    expect((await exchangeAs(shopCredential, exchangeTicket)).status).toBe(200);
  });

  it("exchangeFromBrowser allows only the browser that created the ticket to exchange it", async () => {
    await restartGateway({ appOptions: { shop: { exchangeFromBrowser: true } } });
    const { handle } = await approved({ appId: "shop" });
    const otherBrowser = openBrowser(gateway.url);
    await otherBrowser.create();
    for (const other of [openCookieClient(gateway.url), otherBrowser]) {
      expect((await other.exchange(handle)).json.reason).toBe("TICKET_NOT_FOUND");
    }
    const answer = await browser.exchange(handle);
    expect(answer.json).toMatchObject({ user: { userId: "subject-of-alice" }, tokenSet: { idToken: jwt } });
    const again = await Promise.all([browser.exchange(handle), browser.exchange(handle)]);
    for (const { text } of again) expect(text).toBe(answer.text);
    expect((await otherBrowser.exchange(handle)).json.reason).toBe("TICKET_NOT_FOUND");
    clock.advance(5_000);
    expect((await browser.exchange(handle)).json).toMatchObject({
      reason: "TICKET_ALREADY_EXCHANGED",
      currentState: "EXCHANGED",
    });
  });

  it("several exchanges at once consume the ticket once, and all get the same response", async () => {
    await restartGateway({ appOptions: { shop: { exchangeFromBrowser: true } } });
    const { handle } = await approved({ appId: "shop" });
    const answers = await Promise.all(Array.from({ length: 10 }, () => browser.exchange(handle)));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
  });

  it("a browser's exchange is rejected if handles are not bound to browsers, despite exchangeFromBrowser", async () => {
    await restartGateway({ appOptions: { shop: { exchangeFromBrowser: true, bindToBrowser: false } } });
    const { handle } = await approved({ appId: "shop" });
    expect((await browser.exchange(handle)).json.reason).toBe("EXCHANGE_NOT_ALLOWED");
  });

  it("a browser's exchange that is too early or too late gets the state", async () => {
    await restartGateway({ appOptions: { shop: { exchangeFromBrowser: true } } });
    const early = await browser.create();
    const rejected = async (handle: string) => (await browser.exchange(handle)).json;
    const notYet = { status: 409, reason: "TICKET_NOT_AUTHORIZED" };
    expect(await rejected(early.handle)).toMatchObject({ ...notYet, currentState: "PENDING" });
    await scan(early);
    expect(await rejected(early.handle)).toMatchObject({ ...notYet, currentState: "SCANNED" });
    responseOrThrow(await alice.cancel(early));
    expect(await rejected(early.handle)).toMatchObject({
      reason: "TICKET_CANCELLED",
      currentState: "CANCELLED",
    });
    const late = await browser.create();
    await approve(late);
    await clock.advanceAsync(301_000);
    expect(await rejected(late.handle)).toMatchObject({ reason: "TICKET_EXPIRED", currentState: "EXPIRED" });
  });

  it("an exchange with an invalid handle names the field", async () => {
    const { handle } = await browser.create();
    for (const [body, field] of [
      [{ handle: "" }, "handle"],
      [{ handle: 7 }, "handle"],
      [{ handle, exchangeTicket: "both" }, ""],
      [[], ""],
      ["text", ""],
    ] as const) {
      const { json } = await browser.post(`${api}/tickets/exchange`, body);
      expect([json.status, json.reason]).toEqual([400, "INVALID_REQUEST"]);
      expect(json.fieldViolations).toMatchObject([{ field }]);
    }
  });
});

describe("where the service signs no tokens", () => {
  setUpGateway({ service: { tokenIssuer: false } });

  it("an exchange returns the user, and null for the tokens, when the service signs none", async () => {
    const { exchangeTicket } = await approved();
    const answer = await exchangeAs(shopCredential, exchangeTicket);
    expect(answer.json).toMatchObject({ user: { userId: "subject-of-alice" }, tokenSet: null });
  });

  it("the published key set is empty when the service signs no tokens", async () => {
    const answer = await browser.get("/.well-known/jwks.json");
    expect([answer.status, answer.json]).toEqual([200, { keys: [] }]);
  });
});
