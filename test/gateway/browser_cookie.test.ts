import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { newSecret } from "../../src/domain/secrets.js";
import { writeCertificate } from "../support/certificate.js";
import { startTestGateway } from "../support/gateway.js";
import { api, type Browser, type Headers, openBrowser, openCookieClient } from "./browser.js";
import { browser, clock, gateway, server, setUpGateway } from "./setup.js";

const other = "https://shop.example.com";

setUpGateway({ gateway: { appOptions: { shop: { origins: [other] } } } });

/** Creates a ticket and returns its `Set-Cookie` header. */
async function cookieFor(headers: Headers = {}, by = browser): Promise<string> {
  const answer = await by.post(`${api}/tickets`, { appId: "shop" }, headers);
  const cookies = answer.headers["set-cookie"] ?? [];
  expect([answer.status, cookies.length]).toEqual([201, 1]);
  return cookies[0] ?? "";
}

/** Returns the only cookie of this browser with this name, followed by eight random characters. */
function cookieOf({ cookies }: Browser, name = "qrlogin-browser"): readonly [string, string] {
  const [cookie, ...more] = [...cookies].filter(([whole]) => new RegExp(`^${name}-[\\w-]{8}$`).test(whole));
  if (!cookie || more.length > 0) throw new Error(`there is not one ${name} but ${cookies.size} cookies`);
  return cookie;
}

const value = "[\\w-]{8}=[\\w-]{43}";
const plain = new RegExp(`^qrlogin-browser-${value}; Max-Age=86400; Path=/; HttpOnly; SameSite=Lax$`);
const secure = new RegExp(
  `^__Host-qrlogin-browser-${value}; Max-Age=86400; Path=/; HttpOnly; Secure; SameSite=Lax$`,
);
const embedded = new RegExp(
  `^__Host-qrlogin-embedded-${value}; Max-Age=86400; Path=/; HttpOnly; Secure; Partitioned; SameSite=None$`,
);

describe("the browser cookie", () => {
  it.each(["127.0.0.1", "127.9.9.9:8080", "localhost", "localhost:3000", "app.localhost", "[::1]:8080"])(
    "the cookie on the loopback name %s does not require TLS",
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
  ])("the cookie on the name %s requires TLS and is limited to this host", async (host) => {
    expect(await cookieFor({ host })).toMatch(secure);
  });

  it("the cookie of a request over TLS requires TLS, on loopback too", async () => {
    const { pem, certFile, keyFile, remove } = writeCertificate();
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

  it("the cookie for a page of another site is a separate, partitioned one", async () => {
    expect(await cookieFor({ origin: other, host: "id.example.net" })).toMatch(embedded);
    // The browser is recognized in both places.
    const created = await browser.create({ appId: "shop" }, { origin: other, host: "id.example.net" });
    expect((await browser.status(created.handle, { origin: other })).status).toBe(200);
    const pair = cookieOf(browser, "__Host-qrlogin-embedded").join("=");
    const same = openBrowser(gateway.url, { headers: { cookie: pair } });
    expect((await same.status(created.handle)).status).toBe(200);
  });

  it("the cookie is random and different for each browser", async () => {
    const cookies = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const visitor = openBrowser(gateway.url);
        await visitor.create();
        return cookieOf(visitor);
      }),
    );
    // Both the name and the value are random.
    expect(new Set(cookies.flat()).size).toBe(40);
  });

  it("the cookie stays the same for the next ticket, and both handles are valid", async () => {
    const first = await browser.create();
    const before = cookieOf(browser);
    const second = await browser.create();
    expect(cookieOf(browser)).toEqual(before);
    for (const { handle } of [first, second]) expect((await browser.status(handle)).status).toBe(200);
  });

  it.each(["", "short", "A".repeat(44), `${"A".repeat(42)}=`, `${"A".repeat(42)}B`, "%00", "<script>"])(
    "a cookie with the value %j is ignored, and another one is set beside it",
    async (malformed) => {
      browser.cookies.set("qrlogin-browser-AAAAAAAA", malformed);
      const first = await browser.create();
      expect(browser.cookies.get("qrlogin-browser-AAAAAAAA")).toBe(malformed);
      browser.cookies.delete("qrlogin-browser-AAAAAAAA");
      expect(cookieOf(browser)[1]).toMatch(/^[\w-]{43}$/);
      expect((await browser.status(first.handle)).status).toBe(200);
    },
  );

  it("a loopback cookie is ignored on other names, where another host of the site could set it", async () => {
    const chosen = newSecret();
    const { handle } = await openBrowser(gateway.url, {
      headers: { cookie: `qrlogin-browser-AAAAAAAA=${chosen}` },
    }).create();
    const elsewhere = openCookieClient(gateway.url, {
      headers: { cookie: `qrlogin-browser-AAAAAAAA=${chosen}`, host: "shop.example.com" },
    });
    expect((await elsewhere.status(handle)).status).toBe(404);
    expect(await cookieFor({}, elsewhere)).toMatch(secure);
    expect(cookieOf(elsewhere, "__Host-qrlogin-browser")[1]).not.toBe(chosen);
  });

  it("a new browser whose two tabs ask at once gets two cookies, and both handles are valid", async () => {
    const first = openBrowser(gateway.url);
    const created = await Promise.all([first.create(), first.create()]);
    expect([...first.cookies.keys()].map((name) => name.slice(0, -8))).toEqual(
      Array.from({ length: 2 }, () => "qrlogin-browser-"),
    );
    for (const { handle } of created) expect((await first.status(handle)).status).toBe(200);
    // No more cookies are set from now on.
    const third = await first.create();
    expect(first.cookies.size).toBe(2);
    for (const { handle } of [...created, third]) expect((await first.status(handle)).status).toBe(200);
  });

  it("a cookie is read if it is among the first eight valid ones of its prefix", async () => {
    const { handle } = await browser.create();
    const right = cookieOf(browser).join("=");
    const others = (count: number, text: () => string) =>
      Array.from({ length: count }, (_, index) => `qrlogin-browser-AAAAAAA${index}=${text()}`);
    const statusWith = async (...pairs: readonly string[]) =>
      (await openBrowser(gateway.url, { headers: { cookie: pairs.join("; ") } }).status(handle)).status;
    expect(await statusWith(...others(7, newSecret), right)).toBe(200);
    expect(await statusWith(...others(8, newSecret), right)).toBe(404);
    expect(await statusWith(...others(10, () => "malformed"), right)).toBe(200);
  });

  it("no other call sets a cookie", async () => {
    const { handle, pictures } = await browser.create();
    const answers = [
      await browser.status(handle),
      await browser.withdraw(handle),
      await browser.get(pictures.svg),
      await browser.get("/.well-known/jwks.json"),
    ];
    for (const { headers } of answers) expect(headers["set-cookie"]).toBeUndefined();
  });

  it("an app that does not bind handles sets no cookie", async () => {
    const free = await startTestGateway(server.address, {
      clock,
      appOptions: { shop: { bindToBrowser: false } },
    });
    const visitor = openBrowser(free.url);
    const { handle } = await visitor.create();
    expect(visitor.cookies.size).toBe(0);
    expect((await openBrowser(free.url).status(handle)).status).toBe(200);
    await free.stop();
  });
});
