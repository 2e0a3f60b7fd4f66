import { describe, expect, it } from "vitest";
import { createCodeVerifier } from "../../src/client/index.js";
import { signToken } from "../support/tokens.js";
import { approveAs, basicOf, checkUntil, gene, userinfo } from "./authing_calls.js";
import { api, openCookieClient } from "./browser.js";
import { approved, codeChallenge, codeVerifier, exchangeAs, shopCredential } from "./exchange.js";
import { approve, browser, gateway, restartGateway, setUpGateway } from "./setup.js";

setUpGateway();

describe("a ticket that was created with a code challenge", () => {
  it("is exchanged with the verifier alone, and a wrong one spends nothing", async () => {
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
    // An answer that is still shared is shared with whoever has the verifier.
    const late = await exchangeAs(shopCredential, exchangeTicket, createCodeVerifier());
    expect(late.status).toBe(403);
  });

  it.each([
    ["", "codeVerifier"],
    ["x".repeat(129), "codeVerifier"],
    [7, "codeVerifier"],
  ])("refuses the verifier %j by the name of its field", async (wrong, field) => {
    const { json } = await exchangeAs(shopCredential, "ticket", wrong);
    expect(json).toMatchObject({ reason: "INVALID_REQUEST", fieldViolations: [{ field }] });
  });

  it.each(["", "short", "A".repeat(44), `${"A".repeat(42)}B`, `${"A".repeat(42)}=`, 7, null])(
    "cannot be created with the challenge %j",
    async (wrong) => {
      const { json } = await browser.post(`${api}/tickets`, { codeChallenge: wrong });
      expect(json).toMatchObject({
        reason: "INVALID_REQUEST",
        fieldViolations: [{ field: "codeChallenge" }],
      });
    },
  );

  it("is not exchanged by the Authing API, which knows no verifier", async () => {
    const { exchangeTicket } = await approved({ appId: "shop", codeChallenge });
    expect((await userinfo({ ticket: exchangeTicket }, basicOf("shop"))).code).toBe(1001);
    expect((await exchangeAs(shopCredential, exchangeTicket)).status).toBe(200);
  });
});

describe("a ticket that was created without a code challenge", () => {
  it("is followed to its end, and its exchange ticket is told to no page, by no call", async () => {
    const created = await browser.create({ appId: "shop" });
    const events = browser.events(created.handle);
    await approve(created);
    const untold = { state: "AUTHORIZED", exchangeTicket: null };
    let told = await events.next();
    while (told?.data.state !== "AUTHORIZED") told = await events.next();
    expect(told.data).toMatchObject(untold);
    expect((await browser.status(created.handle)).json).toMatchObject(untold);
  });

  it("is refused by name where the page asks the gateway to complete it, or to exchange it", async () => {
    const created = await browser.create({ appId: "shop" });
    await approve(created);
    const complete = await browser.post(`${api}/tickets/complete`, { handle: created.handle });
    expect([complete.status, complete.json.reason]).toEqual([403, "CODE_CHALLENGE_REQUIRED"]);
    expect(complete.json.detail).toContain("codeChallenge");
    expect((await browser.exchange(created.handle)).json.reason).toBe("EXCHANGE_NOT_ALLOWED");
    const stranger = openCookieClient(gateway.url);
    const { json } = await stranger.post(`${api}/tickets/complete`, { handle: created.handle });
    expect(json.reason).toBe("TICKET_NOT_FOUND");
  });

  it("is told by a switch of the app, and passes no backend that sends a verifier", async () => {
    await restartGateway({ appOptions: { shop: { requireCodeChallenge: false } } });
    const { exchangeTicket } = await approved({ appId: "shop" });
    const answer = await exchangeAs(shopCredential, exchangeTicket, codeVerifier);
    expect([answer.status, answer.json.reason]).toEqual([403, "PROOF_INVALID"]);
    const careless = { authorization: shopCredential };
    expect((await browser.post(`${api}/tickets/exchange`, { exchangeTicket }, careless)).status).toBe(200);
  });

  it("of the Authing API tells a ticket that is good at its exchange alone, and not where a verifier is checked", async () => {
    const random = await gene();
    await approveAs(await signToken("alice"), random);
    const { ticket } = await checkUntil(random, 2);
    const careless = await browser.post(
      `${api}/tickets/exchange`,
      { exchangeTicket: ticket },
      { authorization: shopCredential },
    );
    expect([careless.status, careless.json.reason]).toEqual([400, "INVALID_REQUEST"]);
    expect((await userinfo({ ticket }, basicOf("shop"))).code).toBe(200);
  });
});
