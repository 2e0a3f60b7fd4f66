import { describe, expect, it } from "vitest";
import { createCodeVerifier } from "../../src/client/index.js";
import { signToken } from "../support/tokens.js";
import { approveAs, basicOf, checkUntil, gene, userinfo } from "./authing_calls.js";
import { api, openCookieClient } from "./browser.js";
import { approved, codeChallenge, codeVerifier, exchangeAs, shopCredential } from "./exchange.js";
import { approve, browser, gateway, restartGateway, setUpGateway } from "./setup.js";

setUpGateway();

describe("a ticket that was created with a code challenge", () => {
  it("a code challenge requires its verifier, and a wrong verifier does not consume the ticket", async () => {
    const { exchangeTicket } = await approved({ appId: "shop", codeChallenge });
    for (const wrong of [createCodeVerifier(), codeChallenge, "x", "x".repeat(128)]) {
      const answer = await exchangeAs(shopCredential, exchangeTicket, wrong);
      expect([wrong, answer.status, answer.json.reason]).toEqual([wrong, 403, "PROOF_INVALID"]);
    }
    const without = await browser.post(
      `${api}/tickets/exchange`,
      { exchangeTicket },
      { authorization: shopCredential },
    );
    expect([without.status, without.json.reason]).toEqual([403, "PROOF_INVALID"]);
    expect((await exchangeAs(shopCredential, exchangeTicket)).status).toBe(200);
    // A shared response is shared only with callers who hold the verifier.
    const late = await exchangeAs(shopCredential, exchangeTicket, createCodeVerifier());
    expect(late.status).toBe(403);
  });

  it.each([
    ["", "codeVerifier"],
    ["x".repeat(129), "codeVerifier"],
    [7, "codeVerifier"],
  ])("an invalid code verifier is rejected with the name of its field: %j", async (wrong, field) => {
    const { json } = await exchangeAs(shopCredential, "ticket", wrong);
    expect(json).toMatchObject({ reason: "INVALID_REQUEST", fieldViolations: [{ field }] });
  });

  it.each(["", "short", "A".repeat(44), `${"A".repeat(42)}B`, `${"A".repeat(42)}=`, 7, null])(
    "a ticket cannot be created with the code challenge %j",
    async (wrong) => {
      const { json } = await browser.post(`${api}/tickets`, { codeChallenge: wrong });
      expect(json).toMatchObject({
        reason: "INVALID_REQUEST",
        fieldViolations: [{ field: "codeChallenge" }],
      });
    },
  );

  it("the Authing API cannot exchange a ticket with a code challenge, because it takes no verifier", async () => {
    const { exchangeTicket } = await approved({ appId: "shop", codeChallenge });
    expect((await userinfo({ ticket: exchangeTicket }, basicOf("shop"))).code).toBe(1001);
    expect((await exchangeAs(shopCredential, exchangeTicket)).status).toBe(200);
  });
});

describe("a ticket that was created without a code challenge", () => {
  it("a ticket without a code challenge can be watched, but no call returns its exchange ticket", async () => {
    const created = await browser.create({ appId: "shop" });
    const events = browser.events(created.handle);
    await approve(created);
    const withoutTicket = { state: "AUTHORIZED", exchangeTicket: null };
    let event = await events.next();
    while (event?.data.state !== "AUTHORIZED") event = await events.next();
    expect(event.data).toMatchObject(withoutTicket);
    expect((await browser.status(created.handle)).json).toMatchObject(withoutTicket);
  });

  it("a page cannot complete or exchange a ticket without a code challenge, and learns the cause", async () => {
    const created = await browser.create({ appId: "shop" });
    await approve(created);
    const complete = await browser.post(`${api}/tickets/complete`, { handle: created.handle });
    expect([complete.status, complete.json.reason]).toEqual([403, "CODE_CHALLENGE_REQUIRED"]);
    expect(complete.json.detail).toContain("codeChallenge");
    expect((await browser.exchange(created.handle)).json.reason).toBe("EXCHANGE_NOT_ALLOWED");
    const otherBrowser = openCookieClient(gateway.url);
    const { json } = await otherBrowser.post(`${api}/tickets/complete`, { handle: created.handle });
    expect(json.reason).toBe("TICKET_NOT_FOUND");
  });

  it("without requireCodeChallenge, pages get an exchange ticket that fails with any code verifier", async () => {
    await restartGateway({ appOptions: { shop: { requireCodeChallenge: false } } });
    const { exchangeTicket } = await approved({ appId: "shop" });
    const answer = await exchangeAs(shopCredential, exchangeTicket, codeVerifier);
    expect([answer.status, answer.json.reason]).toEqual([403, "PROOF_INVALID"]);
    const withoutVerifier = { authorization: shopCredential };
    expect((await browser.post(`${api}/tickets/exchange`, { exchangeTicket }, withoutVerifier)).status).toBe(
      200,
    );
  });

  it("the ticket of the Authing API is valid only in its own exchange, not where a verifier is checked", async () => {
    const random = await gene();
    await approveAs(await signToken("alice"), random);
    const { ticket } = await checkUntil(random, 2);
    const withoutVerifier = await browser.post(
      `${api}/tickets/exchange`,
      { exchangeTicket: ticket },
      { authorization: shopCredential },
    );
    expect([withoutVerifier.status, withoutVerifier.json.reason]).toEqual([400, "INVALID_REQUEST"]);
    expect((await userinfo({ ticket }, basicOf("shop"))).code).toBe(200);
  });
});
