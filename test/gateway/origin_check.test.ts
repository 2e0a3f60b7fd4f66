import { beforeEach, describe, expect, it } from "vitest";
import { api, type Headers, openBrowser, openCookieClient } from "./browser.js";
import { sendRequest } from "./http.js";
import { browser, gateway, restartGateway, server, setUpGateway } from "./setup.js";

const shopSite = "https://www.shop.example.com";
const blogSite = "https://blog.example.org:8443";
const unlisted = "https://evil.example.com";

setUpGateway({
  gateway: {
    appOptions: {
      shop: { origins: [shopSite, "http://localhost:*"] },
      blog: { origins: [blogSite] },
    },
  },
});

const tickets = `${api}/tickets`;
const creations = () => server.lines.filter(({ method }) => method === "CreateTicket").length;

async function expectRefused(headers: Headers, body: object = { appId: "shop" }): Promise<void> {
  const answer = await browser.post(tickets, body, headers);
  expect(answer.status, JSON.stringify(headers)).toBe(403);
  expect(answer.json).toMatchObject({ reason: "ORIGIN_NOT_ALLOWED" });
  expect(answer.headers["set-cookie"]).toBeUndefined();
  expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
}

describe("a page of the gateway's own origin", () => {
  it("a page of the gateway's own origin may call without CORS", async () => {
    const { handle } = await browser.create({ appId: "shop" }, { origin: gateway.url });
    const answer = await browser.status(handle, { origin: gateway.url });
    expect(answer.status).toBe(200);
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
    // A cache must not serve this response to a page of another origin.
    expect(answer.headers.vary).toContain("Origin");
  });
});

/** Headers of a call from a site's own page, through a proxy that terminates TLS. */
const behindProxy: Headers = { "x-forwarded-proto": "https" };

describe("a page of the gateway's own origin, behind a proxy", () => {
  beforeEach(() => restartGateway({ trustedProxies: ["127.0.0.1"] }));

  it.each([
    ["https://login.example.com", "login.example.com"],
    ["https://login.example.com", "login.example.com:443"],
    ["https://login.example.com", "LOGIN.Example.com:443"],
    ["https://login.example.com:443", "login.example.com"],
    ["https://login.example.com:8443", "login.example.com:8443"],
    ["https://login.example.com.", "login.example.com.:443"],
    ["https://xn--bcher-kva.example", "xn--bcher-kva.example:443"],
    ["https://[2001:db8::1]", "[2001:DB8:0::1]:443"],
  ])("a page of the origin %s is same-origin for the host %s", async (origin, host) => {
    for (const name of ["host", "x-forwarded-host"]) {
      const answer = await browser.post(tickets, {}, { ...behindProxy, origin, [name]: host });
      expect([answer.status, answer.headers["access-control-allow-origin"]]).toEqual([201, undefined]);
    }
  });

  it("a page is same-origin with an upper-case forwarded protocol, and with port 80 over plain HTTP", async () => {
    const https = { "x-forwarded-proto": "HTTPS", host: "login.example.com" };
    expect((await browser.post(tickets, {}, { ...https, origin: "https://login.example.com" })).status).toBe(
      201,
    );
    const http = { host: "localhost:80", origin: "http://localhost" };
    expect((await browser.post(tickets, {}, http)).status).toBe(201);
  });

  it.each([
    ["https://login.example.com", "login.example.com:80"],
    ["https://login.example.com", "login.example.com:444"],
    ["https://login.example.com", "login.example.com."],
    ["http://login.example.com", "login.example.com:443"],
    ["https://login.example.com", "evil.example.com:443"],
    ["https://evil.example.com", "login.example.com@evil.example.com"],
  ])("a page of the origin %s is cross-origin for the host %s", async (origin, host) => {
    await expectRefused({ ...behindProxy, origin, host });
  });
});

describe("a page that was loaded over plain http from another machine", () => {
  const plain = { host: "intranet.example", origin: "http://intranet.example" };

  it("a plain HTTP page is rejected before a code is created, since its browser would drop the cookie", async () => {
    const answer = await browser.post(tickets, { appId: "shop" }, plain);
    expect([answer.status, answer.json.reason]).toEqual([403, "HTTPS_REQUIRED"]);
    expect(answer.json.detail).toMatch(
      /cookie __Host-qrlogin-browser-… of http:\/\/intranet\.example, .*https/,
    );
    expect(answer.headers["set-cookie"]).toBeUndefined();
    expect(creations()).toBe(0);
    expect(gateway.lines.at(-1)).toMatchObject({ reason: "HTTPS_REQUIRED", ownOrigin: plain.origin });
  });

  it("a plain HTTP page may call if the app does not bind handles", async () => {
    await restartGateway({ appOptions: { shop: { bindToBrowser: false } } });
    expect((await browser.post(tickets, { appId: "shop" }, plain)).status).toBe(201);
  });

  it("a backend over plain HTTP is not rejected, since it can store cookies in any case", async () => {
    expect((await browser.post(tickets, { appId: "shop" }, { host: plain.host })).status).toBe(201);
  });
});

describe("a handle that is bound to a browser", () => {
  it("a browser that blocks cookies is rejected with the name of the cookie", async () => {
    const { handle } = await browser.create();
    const answer = await openBrowser(gateway.url).status(handle);
    expect([answer.status, answer.json.reason]).toEqual([403, "COOKIE_MISSING"]);
    expect(answer.json.detail).toContain("__Host-qrlogin-browser-");
  });

  it("a bound handle does not exist for another browser or a backend, and a forged one for nobody", async () => {
    const { handle } = await browser.create();
    const other = openBrowser(gateway.url);
    expect((await other.status(`${handle}A`)).json.reason).toBe("TICKET_NOT_FOUND");
    expect((await openCookieClient(gateway.url).status(handle)).json.reason).toBe("TICKET_NOT_FOUND");
    await other.create();
    expect((await other.status(handle)).json.reason).toBe("TICKET_NOT_FOUND");
  });
});

describe("the route that checks an origin", () => {
  const ask403 = async (headers: Headers, query = "?appId=shop") =>
    browser.get(`${api}/origin${query}`, headers);

  it.each([unlisted, "null", "file://", blogSite])(
    "the origin check is readable for a page of %s and returns an error",
    async (origin) => {
      const answer = await ask403({ origin });
      expect([answer.status, answer.json.reason]).toEqual([403, "ORIGIN_NOT_ALLOWED"]);
      expect(answer.headers["access-control-allow-origin"]).toBe("*");
      expect(answer.headers["access-control-allow-credentials"]).toBeUndefined();
      expect(answer.headers["set-cookie"]).toBeUndefined();
      expect(creations()).toBe(0);
    },
  );

  it("the origin check returns 204 to pages that may call", async () => {
    for (const headers of [{ origin: shopSite }, { origin: gateway.url }, {}]) {
      const answer = await ask403(headers);
      expect([answer.status, answer.text]).toEqual([204, ""]);
      expect(answer.headers["access-control-allow-credentials"]).toBeUndefined();
    }
    expect((await ask403({ origin: blogSite }, "?appId=blog")).status).toBe(204);
    expect((await ask403({ origin: unlisted }, "?appId=nobody")).json.reason).toBe("APP_UNKNOWN");
  });

  it("without an app, the origin check allows the origins of every app, as a call with a handle does", async () => {
    const { handle } = await browser.create({ appId: "blog" }, { origin: blogSite });
    expect((await browser.status(handle, { origin: blogSite })).status).toBe(200);
    expect((await ask403({ origin: blogSite }, "")).status).toBe(204);
    expect((await ask403({ origin: unlisted }, "")).json.reason).toBe("ORIGIN_NOT_ALLOWED");
  });

  it("the origin check answers no preflight, which would allow more than this call", async () => {
    const headers = { origin: unlisted, "access-control-request-method": "GET" };
    const preflight = await sendRequest(`${gateway.url}${api}/origin`, { method: "OPTIONS", headers });
    expect(preflight.status).toBe(403);
    expect(preflight.headers["access-control-allow-origin"]).toBeUndefined();
  });
});

describe("the log line of a rejected origin", () => {
  it("the log line of a rejected origin holds that origin and the gateway's own", async () => {
    await browser.post(tickets, {}, { origin: unlisted });
    expect(gateway.lines.at(-1)).toMatchObject({
      ...{ reason: "ORIGIN_NOT_ALLOWED", origin: unlisted, ownOrigin: gateway.url },
    });
  });

  it("the log line of a rejected origin holds at most 280 printable characters of it", async () => {
    await browser.post(tickets, {}, { origin: `https://evil\u00e9.example/${"x".repeat(1_000)}` });
    const origin = gateway.lines.at(-1)?.origin;
    expect(origin).toMatch(/^https:\/\/evil\?+\.example\/x+$/);
    expect(String(origin)).toHaveLength(280);
    const host = `${"a".repeat(1_000)}.example`;
    const answer = await browser.post(tickets, {}, { origin: `https://${host}`, host });
    expect(answer.text).not.toContain(host);
    expect(String(gateway.lines.at(-1)?.origin)).toHaveLength(280);
    expect(gateway.lines.at(-1)?.ownOrigin).toBeUndefined();
  });
});

describe("a page of a listed origin", () => {
  it("a page of a listed origin may call with cookies, and CORS names its exact origin", async () => {
    const answer = await browser.post(tickets, { appId: "shop" }, { origin: shopSite });
    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({
      "access-control-allow-origin": shopSite,
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": "retry-after, x-request-id",
      vary: "Origin",
    });
  });

  it.each(["GET", "POST"])(
    "the preflight of a %s returns the allowed headers and methods",
    async (method) => {
      const preflight = await sendRequest(`${gateway.url}${tickets}/status`, {
        method: "OPTIONS",
        headers: {
          origin: shopSite,
          "access-control-request-method": method,
          "access-control-request-headers": "content-type,qrlogin-handle",
        },
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers).toMatchObject({
        "access-control-allow-origin": shopSite,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "content-type,qrlogin-handle",
        "access-control-max-age": "600",
      });
      expect(preflight.headers.vary).toContain("Origin");
    },
  );

  it("a listed origin is recognized in any spelling", async () => {
    for (const origin of ["HTTPS://WWW.SHOP.EXAMPLE.COM", `${shopSite}:443`]) {
      const answer = await browser.post(tickets, { appId: "shop" }, { origin });
      expect([answer.status, answer.headers["access-control-allow-origin"]]).toEqual([201, origin]);
    }
  });

  it("a page of a listed origin can read errors", async () => {
    const answer = await browser.status("no-handle", { origin: shopSite });
    expect(answer.status).toBe(404);
    expect(answer.headers["access-control-allow-origin"]).toBe(shopSite);
  });

  it("a page of an origin that only another app lists is rejected, although its preflight succeeds", async () => {
    const headers = { origin: blogSite, "access-control-request-method": "POST" };
    const preflight = await sendRequest(`${gateway.url}${tickets}`, { method: "OPTIONS", headers });
    expect(preflight.status).toBe(204);
    const before = creations();
    const answer = await browser.post(tickets, { appId: "shop" }, { origin: blogSite });
    expect([answer.status, answer.json.reason]).toEqual([403, "ORIGIN_NOT_ALLOWED"]);
    expect(answer.headers["set-cookie"]).toBeUndefined();
    expect(creations()).toBe(before);
    expect((await browser.create({ appId: "blog" }, { origin: blogSite })).ticketId).toBeDefined();
  });

  it("a page of another app's origin cannot watch, withdraw or exchange, even with handle and cookie", async () => {
    const { handle } = await browser.create();
    const from = { origin: blogSite };
    const answers = [
      await browser.status(handle, from),
      await browser.withdraw(handle, from),
      await browser.exchange(handle, from),
      await browser.get(`${tickets}/events?handle=${handle}`, from),
    ];
    for (const { status, json } of answers)
      expect([status, json.reason]).toEqual([403, "ORIGIN_NOT_ALLOWED"]);
    expect((await browser.status(handle)).json.state).toBe("PENDING");
  });

  it("a listed origin with any port matches only its own name", async () => {
    for (const origin of ["http://localhost:3000", "http://localhost", "http://localhost:65535"]) {
      expect((await browser.create({ appId: "shop" }, { origin })).ticketId).toBeDefined();
    }
    for (const origin of [
      ...["https://localhost:3000", "http://localhost:3000.evil.example.com", "http://localhost.evil:80"],
      ...[
        "http://localhost:",
        "http://localhost:123456",
        "http://localhost:3000/",
        "http://localhost:3000:80",
      ],
      ...["http://evil.localhost:80", `${shopSite}:444`, "http://localhost:*"],
    ]) {
      await expectRefused({ origin });
    }
  });
});

describe("a page of any other origin", () => {
  it.each([
    unlisted,
    "null",
    "",
    "http://www.shop.example.com",
    `${shopSite}.evil.example.com`,
    `${shopSite}/`,
    `${shopSite}, ${shopSite}`,
    "https://127.0.0.1",
    "*",
    "file://",
  ])("a page of the origin %j is rejected, creates nothing and gets no cookie", async (origin) => {
    await expectRefused({ origin });
    expect(creations()).toBe(0);
  });

  it("a page of an unlisted origin is rejected on every route, without CORS", async () => {
    const { handle, pictures } = await browser.create();
    const from = { origin: unlisted };
    const answers = [
      await browser.status(handle, from),
      await browser.withdraw(handle, from),
      await browser.exchange(handle, from),
      await browser.get(`${tickets}/events?handle=${handle}`, from),
      await browser.get(pictures.svg, from),
      await browser.get("/.well-known/jwks.json", from),
    ];
    for (const { status, json, headers } of answers) {
      expect([status, json.reason]).toEqual([403, "ORIGIN_NOT_ALLOWED"]);
      expect(headers["access-control-allow-origin"]).toBeUndefined();
      expect(headers["access-control-allow-credentials"]).toBeUndefined();
    }
  });

  it("a page of an unlisted origin is rejected in the preflight", async () => {
    const headers = { origin: unlisted, "access-control-request-method": "POST" };
    const preflight = await sendRequest(`${gateway.url}${tickets}`, { method: "OPTIONS", headers });
    expect(preflight.status).toBe(403);
    expect(preflight.headers["access-control-allow-origin"]).toBeUndefined();
    expect(preflight.headers["access-control-allow-methods"]).toBeUndefined();
  });

  it("a cross-site request that hides its origin is rejected because of Sec-Fetch-Site", async () => {
    await expectRefused({ "sec-fetch-site": "cross-site" });
    const { handle } = await browser.create({ appId: "shop" }, { "sec-fetch-site": "same-origin" });
    const withdrawn = await browser.withdraw(handle, { "sec-fetch-site": "cross-site" });
    expect(withdrawn.status).toBe(403);
    // A link on another site, or an image on its page.
    expect((await browser.status(handle, { "sec-fetch-site": "cross-site" })).status).toBe(200);
  });

  it("a page cannot make its origin the gateway's own by forwarded headers", async () => {
    await expectRefused({
      origin: unlisted,
      "x-forwarded-host": "evil.example.com",
      "x-forwarded-proto": "https",
    });
    await expectRefused({ origin: unlisted, forwarded: "host=evil.example.com;proto=https" });
    await expectRefused({ origin: gateway.url.replace("http:", "https:"), "x-forwarded-proto": "https" });
  });
});

describe("content types", () => {
  it.each([
    ["application/x-www-form-urlencoded", "appId=shop"],
    ["application/x-www-form-urlencoded", ""],
    [
      "multipart/form-data; boundary=x",
      '--x\r\ncontent-disposition: form-data; name="appId"\r\n\r\nshop\r\n--x--',
    ],
    ["text/plain", '{"appId":"shop"}'],
    ["text/plain; application/json", '{"appId":"shop"}'],
    ["text/plain;charset=application/json", '{"appId":"shop"}'],
    ["application/jsonx", '{"appId":"shop"}'],
    ["application/json,text/plain", '{"appId":"shop"}'],
    ["nonsense", '{"appId":"shop"}'],
    ["", '{"appId":"shop"}'],
  ])('a body of the type "%s" is rejected, whatever it contains', async (type, body) => {
    const answer = await browser.ask(tickets, { method: "POST", headers: { "content-type": type }, body });
    expect(answer.status).toBe(415);
    expect(answer.json).toMatchObject({ reason: "MEDIA_TYPE_NOT_SUPPORTED" });
    expect(creations()).toBe(0);
  });

  it("a body of JSON with a charset is accepted", async () => {
    const type = { "content-type": "application/json; charset=utf-8" };
    expect((await browser.post(tickets, { appId: "shop" }, type)).status).toBe(201);
  });
});
