import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { newSecret } from "../../src/domain/secrets.js";
import { hasOpenssl, makeCertificate } from "../support/certificate.js";
import { startTestGateway } from "../support/gateway.js";
import { api, type Headers, openBrowser } from "./browser.js";
import { browser, clock, gateway, server, setStage } from "./stage.js";

const other = "https://shop.example.com";

setStage({ gateway: { switches: { shop: { origins: [other] } } } });

/** The cookie that creating a ticket sets, as it stands in the answer. */
async function cookieFor(headers: Headers = {}, by = browser): Promise<string> {
  const answer = await by.post(`${api}/tickets`, { appId: "shop" }, headers);
  const cookies = answer.headers["set-cookie"] ?? [];
  expect([answer.status, cookies.length]).toEqual([201, 1]);
  return cookies[0] ?? "";
}

const value = "[\\w-]{43}";
const plain = new RegExp(`^qrlogin-browser=${value}; Max-Age=86400; Path=/; HttpOnly; SameSite=Lax$`);
const secure = new RegExp(
  `^__Host-qrlogin-browser=${value}; Max-Age=86400; Path=/; HttpOnly; Secure; SameSite=Lax$`,
);
const embedded = new RegExp(
  `^__Host-qrlogin-embedded=${value}; Max-Age=86400; Path=/; HttpOnly; Secure; Partitioned; SameSite=None$`,
);

describe("the cookie", () => {
  it.each(["127.0.0.1", "127.9.9.9:8080", "localhost", "localhost:3000", "app.localhost", "[::1]:8080"])(
    "on the loopback name %s needs no TLS",
    async (host) => expect(await cookieFor({ host })).toMatch(plain),
  );

  it.each([
    "shop.example.com",
    "127.0.0.1.example.com",
    "localhost.example.com",
    "notlocalhost",
    "128.0.0.1",
    "[::2]",
    "127.0.0.1x",
  ])("on the name %s goes over TLS alone, and to this host alone", async (host) => {
    expect(await cookieFor({ host })).toMatch(secure);
  });

  it.skipIf(!hasOpenssl)("over TLS goes over TLS alone, on loopback too", async () => {
    const { pem, certFile, keyFile, remove } = makeCertificate();
    const tls = { cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
    const overTls = await startTestGateway(server.address, { clock, tls });
    try {
      const visitor = openBrowser(overTls.url, { ca: pem });
      expect(await cookieFor({}, visitor)).toMatch(secure);
      const { handle } = await visitor.create();
      expect((await visitor.status(handle)).status).toBe(200);
      const own = { origin: overTls.url };
      expect((await visitor.withdraw(handle, own)).status).toBe(200);
    } finally {
      await overTls.stop();
      remove();
    }
  });

  it("for a page of another site is one of its own jar", async () => {
    expect(await cookieFor({ origin: other, host: "id.example.net" })).toMatch(embedded);
    // The browser knows it again in both places.
    const created = await browser.create({ appId: "shop" }, { origin: other, host: "id.example.net" });
    expect((await browser.status(created.handle, { origin: other })).status).toBe(200);
    const name = "__Host-qrlogin-embedded";
    const pair = `${name}=${browser.cookies.get(name)}`;
    const same = openBrowser(gateway.url, { headers: { cookie: pair } });
    expect((await same.status(created.handle)).status).toBe(200);
  });

  it("is random, and another one for each browser", async () => {
    const cookies = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const visitor = openBrowser(gateway.url);
        await visitor.create();
        return visitor.cookies.get("qrlogin-browser");
      }),
    );
    expect(new Set(cookies).size).toBe(20);
  });

  it("stays the same with the next ticket, and both handles are good", async () => {
    const first = await browser.create();
    const before = browser.cookies.get("qrlogin-browser");
    const second = await browser.create();
    expect(browser.cookies.get("qrlogin-browser")).toBe(before);
    for (const { handle } of [first, second]) expect((await browser.status(handle)).status).toBe(200);
  });

  it.each(["", "short", "A".repeat(44), `${"A".repeat(42)}=`, `${"A".repeat(42)}B`, "%00", "<script>"])(
    "with the value %j is replaced",
    async (malformed) => {
      browser.cookies.set("qrlogin-browser", malformed);
      const { handle } = await browser.create();
      expect(browser.cookies.get("qrlogin-browser")).toMatch(/^[\w-]{43}$/);
      expect(browser.cookies.get("qrlogin-browser")).not.toBe(malformed);
      expect((await browser.status(handle)).status).toBe(200);
    },
  );

  it("of the loopback name is not believed elsewhere, where another host of the site could set it", async () => {
    const chosen = newSecret();
    const { handle } = await openBrowser(gateway.url, {
      headers: { cookie: `qrlogin-browser=${chosen}` },
    }).create();
    const elsewhere = openBrowser(gateway.url, {
      headers: { cookie: `qrlogin-browser=${chosen}`, host: "shop.example.com" },
    });
    expect((await elsewhere.status(handle)).status).toBe(404);
    expect(await cookieFor({}, elsewhere)).toMatch(secure);
    expect(elsewhere.cookies.get("__Host-qrlogin-browser")).not.toBe(chosen);
  });

  it("is set by no other call", async () => {
    const { handle, pictures } = await browser.create();
    const answers = [
      await browser.status(handle),
      await browser.withdraw(handle),
      await browser.get(pictures.svg),
      await browser.get("/.well-known/jwks.json"),
    ];
    for (const { headers } of answers) expect(headers["set-cookie"]).toBeUndefined();
  });

  it("of an app that binds no handles does not exist", async () => {
    const free = await startTestGateway(server.address, {
      clock,
      switches: { shop: { bindToBrowser: false } },
    });
    const visitor = openBrowser(free.url);
    const { handle } = await visitor.create();
    expect(visitor.cookies.size).toBe(0);
    expect((await openBrowser(free.url).status(handle)).status).toBe(200);
    await free.stop();
  });
});
