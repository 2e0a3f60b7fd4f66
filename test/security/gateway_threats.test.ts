import { describe, expect, it } from "vitest";
import { newSecret, newTicketId, sha256 } from "../../src/domain/secrets.js";
import { attacker, everyUse, expectNotFound, notFound, withoutRequestId } from "../gateway/attacker.js";
import { api, eventsPath, openBrowser, openCookieClient } from "../gateway/browser.js";
import { approved, exchangeAs, shopCredential } from "../gateway/exchange.js";
import { alice, approve, browser, clock, gateway, restartGateway, setUpGateway } from "../gateway/setup.js";
import { basic, responseOrThrow, scannedByText } from "../support/callers.js";
import { appSecrets } from "../support/server.js";

// Exchange by the browser is enabled, so that only the binding protects against others.
const appOptions = {
  shop: { exchangeFromBrowser: true, origins: ["https://www.shop.example.com"] },
  blog: { exchangeFromBrowser: true },
};

setUpGateway({ gateway: { appOptions } });

describe("T2 Observer", () => {
  it("a photograph of the QR code gives the ticket id, and the same responses as an invented id", async () => {
    const { qrContent, ticketId } = await approved();
    const seen = JSON.parse(qrContent) as { random: string };
    expect(seen.random).toBe(ticketId);
    for (const by of [openBrowser(gateway.url), await attacker()]) {
      for (const id of [seen.random, newTicketId()]) await expectNotFound(by, id);
    }
    for (const proof of [seen.random, sha256(seen.random), newSecret()]) {
      const exchangeTicket = `${seen.random}.${proof}`;
      for (const credential of [undefined, basic("shop", proof), basic("mallory", proof)]) {
        expect((await exchangeAs(credential, exchangeTicket)).status).toBe(401);
      }
    }
  });

  it("the URL of the image returns the QR code and gives no access", async () => {
    const { pictures } = await approved();
    const name = pictures.svg.slice(`${api}/pictures/`.length, -".svg".length);
    await expectNotFound(openBrowser(gateway.url), name);
    await expectNotFound(browser, name);
  });
});

describe("T11 Leaks in logs, URLs, caches", () => {
  it("responses to the page forbid caching, and contain no ticket secret", async () => {
    const { handle, ticketId } = await browser.create();
    // Otherwise the event stream would go on.
    await browser.withdraw(handle);
    const answers = [
      await browser.post(`${api}/tickets`, { appId: "shop" }),
      ...(await everyUse(browser, handle)),
    ];
    for (const { headers, text } of answers) {
      expect(headers["cache-control"]).toMatch(/^no-store/);
      expect(headers["referrer-policy"]).toBe("no-referrer");
      expect(text).not.toContain("ecret");
    }
    expect(answers[0]?.json).not.toHaveProperty("ticketSecret");
    expect(gateway.logText()).not.toContain(ticketId);
    expect(gateway.logText()).not.toContain(handle.slice(-40));
  });
});

describe("T16 Create flood", () => {
  it("one address is limited, and an office behind another address is not", async () => {
    await restartGateway({ limits: { ticketsPerMinute: 10 }, trustedProxies: ["127.0.0.1"] });
    const from = (address: string) => openBrowser(gateway.url, { headers: { "x-forwarded-for": address } });
    const flood = await Promise.all(
      Array.from({ length: 30 }, () => from("203.0.113.66").post(`${api}/tickets`, { appId: "shop" })),
    );
    expect(flood.filter(({ status }) => status === 201)).toHaveLength(10);
    expect(flood.filter(({ status }) => status === 429)).toHaveLength(20);
    expect((await from("198.51.100.1").create()).ticketId).toBeDefined();
  });
});

describe("T18 Forged requester context", () => {
  it("the phone receives the address that the gateway saw, whatever the page claims", async () => {
    const forged = { "x-forwarded-for": "192.0.2.1", forwarded: "for=192.0.2.1", "x-real-ip": "192.0.2.1" };
    const { qrContent } = await browser.create({ appId: "shop" }, forged);
    const { requester } = responseOrThrow(await alice.markScanned(scannedByText(qrContent)));
    expect(requester?.ipAddress).toBe("127.0.0.1");
    for (const field of ["ipAddress", "userAgent", "requester"]) {
      const answer = await browser.post(`${api}/tickets`, { appId: "shop", [field]: "192.0.2.1" });
      expect(answer.json.reason).toBe("INVALID_REQUEST");
    }
  });

  it("behind trusted proxies, the last address that an untrusted client could have written counts", async () => {
    await restartGateway({ trustedProxies: ["127.0.0.1"] });
    const forged = { "x-forwarded-for": "192.0.2.1, 203.0.113.7" };
    const { qrContent } = await browser.create({ appId: "shop" }, forged);
    const { requester } = responseOrThrow(await alice.markScanned(scannedByText(qrContent)));
    expect(requester?.ipAddress).toBe("203.0.113.7");
  });
});

describe("T26 Cross-site request", () => {
  const evil = { origin: "https://evil.example.com" };

  it("a page of another site can do nothing with the victim's cookie, even with the victim's handle", async () => {
    const { handle } = await approved();
    for (const { status, headers } of await Promise.all([
      browser.post(`${api}/tickets`, { appId: "shop" }, evil),
      browser.status(handle, evil),
      browser.get(eventsPath(handle), evil),
      browser.withdraw(handle, evil),
      browser.exchange(handle, evil),
    ])) {
      expect(status).toBe(403);
      expect(headers).not.toHaveProperty("access-control-allow-origin");
      expect(headers).not.toHaveProperty("set-cookie");
    }
    expect((await browser.status(handle)).json.state).toBe("AUTHORIZED");
  });

  it("a form of another site can do nothing, with or without an Origin header", async () => {
    const { handle } = await approved();
    for (const [type, body] of [
      ["application/x-www-form-urlencoded", `handle=${handle}`],
      [
        "multipart/form-data; boundary=x",
        `--x\r\ncontent-disposition: form-data; name="handle"\r\n\r\n${handle}\r\n--x--`,
      ],
      ["text/plain", JSON.stringify({ handle })],
    ] as const) {
      for (const [headers, status] of [
        [evil, 403],
        [{ origin: "null" }, 403],
        [{}, 415],
      ] as const) {
        for (const call of ["withdraw", "exchange"]) {
          const sent = { "content-type": type, ...headers };
          const answer = await browser.ask(`${api}/tickets/${call}`, { method: "POST", headers: sent, body });
          expect(answer.status).toBe(status);
        }
      }
    }
    expect((await browser.status(handle)).json.state).toBe("AUTHORIZED");
  });

  it("an allowed page of another app can do no more than a page of another site", async () => {
    const { handle } = await browser.create({ appId: "blog" });
    const shopPage = { origin: "https://www.shop.example.com" };
    const answers = await Promise.all([browser.status(handle, shopPage), browser.withdraw(handle, shopPage)]);
    for (const { json } of answers) expect(json.reason).toBe("ORIGIN_NOT_ALLOWED");
    expect((await browser.status(handle)).json.state).toBe("PENDING");
  });

  it("login CSRF: the attacker's handle does not work in the victim's browser", async () => {
    const mallory = openBrowser(gateway.url);
    const planted = await mallory.create();
    await approve(planted);
    await browser.create();
    await expectNotFound(browser, planted.handle);
    expect((await mallory.status(planted.handle)).json.state).toBe("AUTHORIZED");
  });
});

describe("T27 Gateway as confused deputy", () => {
  it("a found exchange ticket cannot be exchanged through the gateway", async () => {
    const { exchangeTicket } = await approved();
    for (const credential of [
      undefined,
      basic("shop", "guess"),
      basic("blog", "guess"),
      basic("mallory", "guess"),
      `Bearer ${exchangeTicket}`,
    ]) {
      expect((await exchangeAs(credential, exchangeTicket)).json.reason).toBe("APP_UNAUTHENTICATED");
    }
    for (const by of [browser, await attacker()]) {
      const answer = await by.post(`${api}/tickets/exchange`, { exchangeTicket });
      expect(answer.json.reason).toBe("APP_UNAUTHENTICATED");
      expect((await by.exchange(exchangeTicket)).json.reason).toBe("TICKET_NOT_FOUND");
    }
    // The valid secret of another app is not enough either.
    const asBlog = await exchangeAs(basic("blog", appSecrets.blog), exchangeTicket);
    expect(asBlog.json.reason).toBe("TICKET_NOT_FOUND");
    expect((await exchangeAs(shopCredential, exchangeTicket)).status).toBe(200);
  });

  it("a stolen handle alone gives no access", async () => {
    const { handle } = await approved({ appId: "shop" });
    for (const by of [openCookieClient(gateway.url), await attacker()]) await expectNotFound(by, handle);
    expect((await browser.exchange(handle)).status).toBe(200);
    for (const by of [openCookieClient(gateway.url), await attacker()]) await expectNotFound(by, handle);
  });

  it("a stolen cookie alone gives no access", async () => {
    const { ticketId, exchangeTicket } = await approved();
    const thief = openBrowser(gateway.url);
    for (const [name, value] of browser.cookies) thief.cookies.set(name, value);
    const [cookie = ""] = browser.cookies.values();
    for (const guess of [ticketId, cookie, sha256(cookie), "", exchangeTicket]) {
      if (guess !== "") await expectNotFound(thief, guess);
      const answer = await thief.get(
        `${api}/tickets/status`,
        guess === "" ? {} : { "qrlogin-handle": guess },
      );
      expect([answer.status, withoutRequestId(answer)]).toEqual([404, notFound]);
    }
    const answer = await thief.post(`${api}/tickets/exchange`, { exchangeTicket });
    expect(answer.json.reason).toBe("APP_UNAUTHENTICATED");
  });

  it("an app's secret exchanges only the app's own exchange tickets, once", async () => {
    const { exchangeTicket } = await approved();
    expect((await exchangeAs(shopCredential, exchangeTicket)).status).toBe(200);
    clock.advance(5_000);
    expect((await exchangeAs(shopCredential, exchangeTicket)).json.reason).toBe("TICKET_ALREADY_EXCHANGED");
  });
});
