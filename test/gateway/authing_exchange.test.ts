import { describe, expect, it } from "vitest";
import { createSealer } from "../../src/gateway/tickets/sealer.js";
import { newHandleKey } from "../support/gateway.js";
import { appSecrets } from "../support/server.js";
import { appHeader, approveAs, basicOf, check, checkUntil, gene, userinfo } from "./authing_calls.js";
import { openBrowser } from "./browser.js";
import { aliceToken, browser, clock, gateway, restartGateway, setUpGateway } from "./setup.js";

setUpGateway();

const isAlice = { http: 200, code: 200, data: { id: "subject-of-alice", token: expect.any(String) } };
const rejection = (code: number) => ({ http: 200, code, data: null });

/** Creates a sign-in that alice has approved, and returns the ticket that the page receives. */
async function approved(headers = appHeader("shop")): Promise<{ random: string; ticket: string }> {
  const random = await gene({}, headers);
  await approveAs(aliceToken, random);
  const { ticket } = await checkUntil(random, 2);
  return { random, ticket: String(ticket) };
}

describe("an exchange with the app's secret", () => {
  it.each([
    ["in a Basic header", {}, basicOf("shop")],
    ["in the body", { client_id: "shop", client_secret: appSecrets.shop }, {}],
    ["in the body, the app in its header", { client_secret: appSecrets.shop }, appHeader("shop")],
    [
      "in the body, beside the token of a user",
      { client_id: "shop", client_secret: appSecrets.shop },
      { authorization: "Bearer a.stale.token" },
    ],
  ])("an exchange with the app's secret %s succeeds", async (_where, body, headers) => {
    const { ticket } = await approved();
    expect(await userinfo({ ticket, ...body }, headers)).toMatchObject(isAlice);
  });

  it.each([
    ["no secret", {}, {}, 2020],
    ["no secret but the app's id", { client_id: "shop" }, appHeader("shop"), 2020],
    ["an empty secret", { client_id: "shop", client_secret: "" }, {}, 2020],
    ["a user's token", {}, { authorization: "Bearer a.users.token" }, 2020],
    ["a wrong secret", {}, basicOf("shop", "wrong"), 2020],
    ["the secret of an app that is not configured", { client_id: "other", client_secret: "x" }, {}, 2020],
    ["the secret of another app", {}, basicOf("blog"), 2241],
    ["a header that is no credential", {}, { authorization: "Basic !!!" }, 2020],
  ])(
    "an exchange with %s is rejected, and the ticket can still be exchanged",
    async (_what, body, headers, code) => {
      const { ticket } = await approved();
      expect(await userinfo({ ticket, ...body }, headers)).toMatchObject(rejection(code));
      expect(await userinfo({ ticket }, basicOf("shop"))).toMatchObject(isAlice);
    },
  );

  it.each([
    ["that never existed", { ticket: `${"A".repeat(22)}.${"A".repeat(43)}` }, 2241],
    ["that is not one", { ticket: "nonsense" }, 2241],
    ["that is far too long", { ticket: "x".repeat(2_000) }, 2241],
    ["that is missing", {}, 400],
    ["that is a number", { ticket: 7 }, 400],
  ])("an exchange with a ticket %s is rejected", async (_what, body, code) => {
    expect(await userinfo(body, basicOf("shop"))).toMatchObject(rejection(code));
  });

  it("overlapping exchanges, and those of the next five seconds, get the same response", async () => {
    const { ticket } = await approved();
    const answers = await Promise.all([1, 2, 3].map(() => userinfo({ ticket }, basicOf("shop"))));
    for (const answer of answers) expect(answer.text).toBe(answers[0]?.text);
    clock.advance(4_900);
    expect((await userinfo({ ticket }, basicOf("shop"))).text).toBe(answers[0]?.text);
    clock.advance(200);
    expect(await userinfo({ ticket }, basicOf("shop"))).toMatchObject(rejection(9004));
  });

  it("a caller without the secret gets nothing of a response that was just sent", async () => {
    const { ticket } = await approved();
    expect(await userinfo({ ticket }, basicOf("shop"))).toMatchObject(isAlice);
    expect(await userinfo({ ticket })).toMatchObject(rejection(2020));
    expect(await userinfo({ ticket }, basicOf("shop", "wrong"))).toMatchObject(rejection(2020));
  });

  it("an exchange of a ticket that has expired is rejected", async () => {
    const { ticket } = await approved();
    clock.advance(301_000);
    expect(await userinfo({ ticket }, basicOf("shop"))).toMatchObject(rejection(9006));
  });
});

describe("an exchange from a browser", () => {
  const inBrowser = { appOptions: { shop: { exchangeFromBrowser: true } } };

  it("a browser cannot exchange while exchangeFromBrowser is off, even if it created the code", async () => {
    const { ticket } = await approved();
    expect(browser.cookies.size).toBe(0);
    expect(await userinfo({ ticket }, appHeader("shop"))).toMatchObject(rejection(2020));
  });

  it("the browser that created the code can exchange, also with overlapping calls", async () => {
    await restartGateway(inBrowser);
    const { ticket } = await approved();
    const answers = await Promise.all([1, 2, 3].map(() => userinfo({ ticket })));
    for (const answer of answers) expect(answer).toMatchObject(isAlice);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  it("another browser cannot exchange, and the ticket can still be exchanged", async () => {
    await restartGateway(inBrowser);
    const { ticket } = await approved();
    const other = openBrowser(gateway.url);
    expect(await userinfo({ ticket }, {}, other)).toMatchObject(rejection(2020));
    await gene({}, appHeader("shop"), other);
    expect(other.cookies.size).toBe(1);
    expect(await userinfo({ ticket }, {}, other)).toMatchObject(rejection(2020));
    expect(await userinfo({ ticket })).toMatchObject(isAlice);
  });

  it("the status needs no cookie, and returns no ticket that another browser can exchange", async () => {
    await restartGateway(inBrowser);
    const random = await gene();
    await approveAs(aliceToken, random);
    const elsewhere = openBrowser(gateway.url);
    const { ticket } = await checkUntil(random, 2, elsewhere);
    expect(ticket).toMatch(/^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(await userinfo({ ticket }, {}, elsewhere)).toMatchObject(rejection(2020));
  });

  it("the app's backend can exchange a ticket that is bound to a browser", async () => {
    await restartGateway(inBrowser);
    const { ticket } = await approved();
    const backend = openBrowser(gateway.url);
    expect(await userinfo({ ticket }, basicOf("blog"), backend)).toMatchObject(rejection(2241));
    expect(await userinfo({ ticket }, basicOf("shop"), backend)).toMatchObject(isAlice);
  });

  it("a handle is not accepted as a ticket, nor a ticket as a handle", async () => {
    await restartGateway(inBrowser);
    const { random, ticket } = await approved();
    expect(await userinfo({ ticket: random })).toMatchObject(rejection(2020));
    expect(await userinfo({ ticket: random }, basicOf("shop"))).toMatchObject(rejection(2241));
    expect((await check(ticket)).code).toBe(2241);
  });

  it("a sealed ticket that is not bound to a browser is not exchanged", async () => {
    const key = newHandleKey();
    await restartGateway({ ...inBrowser, handleKeys: [key] });
    const { ticket } = await approved();
    const sealer = createSealer([key], clock);
    const opened = await sealer.open("authing-exchange-ticket", ticket);
    expect(opened?.boundTo).toBeDefined();
    const unbound = await sealer.seal("authing-exchange-ticket", opened?.content, {
      expiresAt: clock.now() + 60_000,
    });
    expect(await userinfo({ ticket: unbound })).toMatchObject(rejection(2020));
    expect(await userinfo({ ticket })).toMatchObject(isAlice);
  });

  it("a browser cannot exchange any more once exchangeFromBrowser is turned off", async () => {
    const handleKeys = [newHandleKey()];
    await restartGateway({ ...inBrowser, handleKeys });
    const { ticket } = await approved();
    const { cookies } = browser;
    await restartGateway({ handleKeys });
    for (const [name, value] of cookies) browser.cookies.set(name, value);
    expect(await userinfo({ ticket })).toMatchObject(rejection(2020));
  });

  it("a page can exchange from an origin that the app lists, and from no other", async () => {
    const origin = "https://shop.example.com";
    await restartGateway({ appOptions: { shop: { exchangeFromBrowser: true, origins: [origin] } } });
    const random = await gene({}, { ...appHeader("shop"), origin });
    await approveAs(aliceToken, random);
    const { ticket } = await checkUntil(random, 2);
    const evil = await userinfo({ ticket }, { origin: "https://evil.example.com" });
    expect(evil).toMatchObject({ http: 403, code: 403, data: null });
    const answer = await userinfo({ ticket }, { origin });
    expect(answer).toMatchObject(isAlice);
    expect(answer.headers["access-control-allow-origin"]).toBe(origin);
    expect(answer.headers["access-control-allow-credentials"]).toBe("true");
  });
});

describe("a page of an origin that only another app lists", () => {
  const origin = "https://shop.example.com";
  const other = "https://blog.example.com";
  const appOptions = {
    shop: { exchangeFromBrowser: true, fullUserInStatus: true, origins: [origin] },
    blog: { origins: [other] },
  };
  const originRejection = { http: 403, code: 403, data: null };

  it("a page of another app's origin cannot exchange, although its browser has the cookie", async () => {
    await restartGateway({
      appOptions: { ...appOptions, shop: { ...appOptions.shop, fullUserInStatus: false } },
    });
    const { ticket } = await approved({ ...appHeader("shop"), origin });
    expect(await userinfo({ ticket }, { origin: other })).toMatchObject(originRejection);
    expect(await userinfo({ ticket }, { origin })).toMatchObject(isAlice);
  });

  it("a page of another app's origin cannot poll for the user", async () => {
    await restartGateway({ appOptions });
    const { random } = await approved({ ...appHeader("shop"), origin });
    expect(await check(random, { origin: other })).toMatchObject(originRejection);
    expect((await check(random, { origin })).data.userInfo).toMatchObject({ id: "subject-of-alice" });
  });
});

describe("the whole user in the status", () => {
  const full = { appOptions: { shop: { fullUserInStatus: true, exchangeFromBrowser: true } } };

  it("overlapping polls all return the whole user once the user has approved", async () => {
    await restartGateway(full);
    const random = await gene();
    await approveAs(aliceToken, random);
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

  it("the status does not return the whole user before the approval", async () => {
    await restartGateway(full);
    const random = await gene();
    expect((await check(random)).data.userInfo).toEqual({});
  });

  it("the status does not return the whole user while fullUserInStatus is off", async () => {
    const random = await gene();
    await approveAs(aliceToken, random);
    const { userInfo } = await checkUntil(random, 2);
    expect(userInfo).toEqual({ nickname: "alice-nick", photo: "https://img.example.com/alice.png" });
  });
});
