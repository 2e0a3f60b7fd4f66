import { beforeEach, describe, expect, it } from "vitest";
import { createSealer } from "../../src/gateway/tickets/sealer.js";
import { newHandleKey } from "../support/gateway.js";
import { appSecrets } from "../support/server.js";
import { signToken } from "../support/tokens.js";
import { appHeader, approveAs, basicOf, check, checkUntil, gene, userinfo } from "./authing_calls.js";
import { openBrowser } from "./browser.js";
import { browser, clock, gateway, restartGateway, setUpGateway } from "./setup.js";

setUpGateway();

let alice: string;
beforeEach(async () => {
  alice = await signToken("alice");
});

const isAlice = { http: 200, code: 200, data: { id: "subject-of-alice", token: expect.any(String) } };
const refused = (code: number) => ({ http: 200, code, data: null });

/** A sign-in that alice has approved, and the ticket that the page is told. */
async function approved(headers = appHeader("shop")): Promise<{ random: string; ticket: string }> {
  const random = await gene({}, headers);
  await approveAs(alice, random);
  const { ticket } = await checkUntil(random, 2);
  return { random, ticket: String(ticket) };
}

describe("exchanging with the app's secret", () => {
  it.each([
    ["in a Basic header", {}, basicOf("shop")],
    ["in the body", { client_id: "shop", client_secret: appSecrets.shop }, {}],
    ["in the body, the app in its header", { client_secret: appSecrets.shop }, appHeader("shop")],
    [
      "in the body, beside the token of some user",
      { client_id: "shop", client_secret: appSecrets.shop },
      { authorization: "Bearer a.stale.token" },
    ],
  ])("%s", async (_where, body, headers) => {
    const { ticket } = await approved();
    expect(await userinfo({ ticket, ...body }, headers)).toMatchObject(isAlice);
  });

  it.each([
    ["no secret", {}, {}, 2020],
    ["no secret but the app's id", { client_id: "shop" }, appHeader("shop"), 2020],
    ["an empty secret", { client_id: "shop", client_secret: "" }, {}, 2020],
    ["a user's token", {}, { authorization: "Bearer a.users.token" }, 2020],
    ["a wrong secret", {}, basicOf("shop", "wrong"), 2020],
    ["the secret of an app that is not served here", { client_id: "other", client_secret: "x" }, {}, 2020],
    ["the secret of another app", {}, basicOf("blog"), 2241],
    ["a header that is no credential", {}, { authorization: "Basic !!!" }, 2020],
  ])("is refused with %s, and the ticket stays good", async (_what, body, headers, code) => {
    const { ticket } = await approved();
    expect(await userinfo({ ticket, ...body }, headers)).toMatchObject(refused(code));
    expect(await userinfo({ ticket }, basicOf("shop"))).toMatchObject(isAlice);
  });

  it.each([
    ["that never was", { ticket: `${"A".repeat(22)}.${"A".repeat(43)}` }, 2241],
    ["that is none", { ticket: "nonsense" }, 2241],
    ["that is far too long", { ticket: "x".repeat(2_000) }, 2241],
    ["that is missing", {}, 400],
    ["that is a number", { ticket: 7 }, 400],
  ])("refuses a ticket %s", async (_what, body, code) => {
    expect(await userinfo(body, basicOf("shop"))).toMatchObject(refused(code));
  });

  it("gives overlapping calls, and those of the next seconds, one answer", async () => {
    const { ticket } = await approved();
    const answers = await Promise.all([1, 2, 3].map(() => userinfo({ ticket }, basicOf("shop"))));
    for (const answer of answers) expect(answer.text).toBe(answers[0]?.text);
    clock.advance(4_900);
    expect((await userinfo({ ticket }, basicOf("shop"))).text).toBe(answers[0]?.text);
    clock.advance(200);
    expect(await userinfo({ ticket }, basicOf("shop"))).toMatchObject(refused(9004));
  });

  it("gives a stranger nothing of what was just answered", async () => {
    const { ticket } = await approved();
    expect(await userinfo({ ticket }, basicOf("shop"))).toMatchObject(isAlice);
    expect(await userinfo({ ticket })).toMatchObject(refused(2020));
    expect(await userinfo({ ticket }, basicOf("shop", "wrong"))).toMatchObject(refused(2020));
  });

  it("is too late when the ticket has run out", async () => {
    const { ticket } = await approved();
    clock.advance(301_000);
    expect(await userinfo({ ticket }, basicOf("shop"))).toMatchObject(refused(9006));
  });
});

describe("exchanging from a browser", () => {
  const inBrowser = { appOptions: { shop: { exchangeFromBrowser: true } } };

  it("is refused while the app's switch is off, also to the browser that made the code", async () => {
    const { ticket } = await approved();
    expect(browser.cookies.size).toBe(0);
    expect(await userinfo({ ticket }, appHeader("shop"))).toMatchObject(refused(2020));
  });

  it("is for the browser that made the code, overlapping calls too", async () => {
    await restartGateway(inBrowser);
    const { ticket } = await approved();
    const answers = await Promise.all([1, 2, 3].map(() => userinfo({ ticket })));
    for (const answer of answers) expect(answer).toMatchObject(isAlice);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  it("is for no other browser, and the ticket stays good", async () => {
    await restartGateway(inBrowser);
    const { ticket } = await approved();
    const other = openBrowser(gateway.url);
    expect(await userinfo({ ticket }, {}, other)).toMatchObject(refused(2020));
    await gene({}, appHeader("shop"), other);
    expect(other.cookies.size).toBe(1);
    expect(await userinfo({ ticket }, {}, other)).toMatchObject(refused(2020));
    expect(await userinfo({ ticket })).toMatchObject(isAlice);
  });

  it("needs no cookie for the status, and the status gives no ticket that works elsewhere", async () => {
    await restartGateway(inBrowser);
    const random = await gene();
    await approveAs(alice, random);
    const elsewhere = openBrowser(gateway.url);
    const { ticket } = await checkUntil(random, 2, elsewhere);
    expect(ticket).toMatch(/^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(await userinfo({ ticket }, {}, elsewhere)).toMatchObject(refused(2020));
  });

  it("leaves the ticket good for the app's backend too", async () => {
    await restartGateway(inBrowser);
    const { ticket } = await approved();
    const backend = openBrowser(gateway.url);
    expect(await userinfo({ ticket }, basicOf("blog"), backend)).toMatchObject(refused(2241));
    expect(await userinfo({ ticket }, basicOf("shop"), backend)).toMatchObject(isAlice);
  });

  it("does not take the handle for the ticket, nor the ticket for the handle", async () => {
    await restartGateway(inBrowser);
    const { random, ticket } = await approved();
    expect(await userinfo({ ticket: random })).toMatchObject(refused(2020));
    expect(await userinfo({ ticket: random }, basicOf("shop"))).toMatchObject(refused(2241));
    expect((await check(ticket)).code).toBe(2241);
  });

  it("takes no sealed ticket that is bound to no browser", async () => {
    const key = newHandleKey();
    await restartGateway({ ...inBrowser, handleKeys: [key] });
    const { ticket } = await approved();
    const seal = createSealer([key], clock);
    const opened = await seal.open("authing-exchange-ticket", ticket);
    expect(opened?.boundTo).toBeDefined();
    const unbound = await seal.seal("authing-exchange-ticket", opened?.content, {
      expiresAt: clock.now() + 60_000,
    });
    expect(await userinfo({ ticket: unbound })).toMatchObject(refused(2020));
    expect(await userinfo({ ticket })).toMatchObject(isAlice);
  });

  it("ends when the switch is turned off", async () => {
    const handleKeys = [Buffer.alloc(32, 7).toString("base64url")];
    await restartGateway({ ...inBrowser, handleKeys });
    const { ticket } = await approved();
    const { cookies } = browser;
    await restartGateway({ handleKeys });
    for (const [name, value] of cookies) browser.cookies.set(name, value);
    expect(await userinfo({ ticket })).toMatchObject(refused(2020));
  });

  it("works from a page of a site that the app has listed, and from no other", async () => {
    const origin = "https://shop.example.com";
    await restartGateway({ appOptions: { shop: { exchangeFromBrowser: true, origins: [origin] } } });
    const random = await gene({}, { ...appHeader("shop"), origin });
    await approveAs(alice, random);
    const { ticket } = await checkUntil(random, 2);
    const evil = await userinfo({ ticket }, { origin: "https://evil.example.com" });
    expect(evil).toMatchObject({ http: 403, code: 403, data: null });
    const answer = await userinfo({ ticket }, { origin });
    expect(answer).toMatchObject(isAlice);
    expect(answer.headers["access-control-allow-origin"]).toBe(origin);
    expect(answer.headers["access-control-allow-credentials"]).toBe("true");
  });
});

describe("a page of an origin that another app has listed", () => {
  const origin = "https://shop.example.com";
  const other = "https://blog.example.com";
  const appOptions = {
    shop: { exchangeFromBrowser: true, fullUserInStatus: true, origins: [origin] },
    blog: { origins: [other] },
  };
  const turnedAway = { http: 403, code: 403, data: null };

  it("is refused the user at the exchange, though its browser has the cookie", async () => {
    await restartGateway({
      appOptions: { ...appOptions, shop: { ...appOptions.shop, fullUserInStatus: false } },
    });
    const { ticket } = await approved({ ...appHeader("shop"), origin });
    expect(await userinfo({ ticket }, { origin: other })).toMatchObject(turnedAway);
    expect(await userinfo({ ticket }, { origin })).toMatchObject(isAlice);
  });

  it("is refused the user at the poll", async () => {
    await restartGateway({ appOptions });
    const { random } = await approved({ ...appHeader("shop"), origin });
    expect(await check(random, { origin: other })).toMatchObject(turnedAway);
    expect((await check(random, { origin })).data.userInfo).toMatchObject({ id: "subject-of-alice" });
  });
});

describe("the whole user in the status", () => {
  const full = { appOptions: { shop: { fullUserInStatus: true, exchangeFromBrowser: true } } };

  it("is told once the user has agreed, to overlapping polls alike", async () => {
    await restartGateway(full);
    const random = await gene();
    await approveAs(alice, random);
    const first = await checkUntil(random, 2);
    expect(first.userInfo).toMatchObject({ id: "subject-of-alice", email: "alice@mail.example.com" });
    const polls = await Promise.all([1, 2, 3].map(() => check(random)));
    for (const poll of polls) {
      expect(poll.data.status).toBe(2);
      expect(poll.data.userInfo).toEqual(first.userInfo);
    }
    expect(await userinfo({ ticket: first.ticket })).toMatchObject(isAlice);
    clock.advance(5_100);
    await checkUntil(random, -1);
  });

  it("is told no sooner", async () => {
    await restartGateway(full);
    const random = await gene();
    expect((await check(random)).data.userInfo).toEqual({});
  });

  it("is not told while the switch is off", async () => {
    const random = await gene();
    await approveAs(alice, random);
    const { userInfo } = await checkUntil(random, 2);
    expect(userInfo).toEqual({ nickname: "alice-nick", photo: "https://img.example.com/alice.png" });
  });
});
