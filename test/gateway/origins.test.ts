import { describe, expect, it } from "vitest";
import { api, type Headers } from "./browser.js";
import { ask } from "./http.js";
import { browser, gateway, server, setStage } from "./stage.js";

const shopSite = "https://www.shop.example.com";
const blogSite = "https://blog.example.org:8443";
const strange = "https://evil.example.com";

setStage({
  gateway: {
    switches: {
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
  it("may call, without any CORS", async () => {
    const { handle } = await browser.create({ appId: "shop" }, { origin: gateway.url });
    const answer = await browser.status(handle, { origin: gateway.url });
    expect(answer.status).toBe(200);
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
    // A cache must not give this answer to a page elsewhere.
    expect(answer.headers.vary).toContain("Origin");
  });
});

describe("a page of a listed origin", () => {
  it("may call with cookies, and is named exactly", async () => {
    const answer = await browser.post(tickets, { appId: "shop" }, { origin: shopSite });
    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({
      "access-control-allow-origin": shopSite,
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": "retry-after",
      vary: "Origin",
    });
  });

  it.each(["GET", "POST"])("is told before a %s what it may do", async (method) => {
    const preflight = await ask(`${gateway.url}${tickets}/status`, {
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
  });

  it("reads refusals too", async () => {
    const answer = await browser.status("no-handle", { origin: shopSite });
    expect(answer.status).toBe(404);
    expect(answer.headers["access-control-allow-origin"]).toBe(shopSite);
  });

  it("is refused for another app, though its preflight is answered", async () => {
    const headers = { origin: blogSite, "access-control-request-method": "POST" };
    const preflight = await ask(`${gateway.url}${tickets}`, { method: "OPTIONS", headers });
    expect(preflight.status).toBe(204);
    const before = creations();
    const answer = await browser.post(tickets, { appId: "shop" }, { origin: blogSite });
    expect([answer.status, answer.json.reason]).toEqual([403, "ORIGIN_NOT_ALLOWED"]);
    expect(answer.headers["set-cookie"]).toBeUndefined();
    expect(creations()).toBe(before);
    expect((await browser.create({ appId: "blog" }, { origin: blogSite })).ticketId).toBeDefined();
  });

  it("of another app may not follow, withdraw or exchange, not even with handle and cookie", async () => {
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

  it("may have any port only on the name that was listed so", async () => {
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
    strange,
    "null",
    "",
    "http://www.shop.example.com",
    `${shopSite}.evil.example.com`,
    `${shopSite}/`,
    `${shopSite}, ${shopSite}`,
    "https://127.0.0.1",
    "*",
    "file://",
  ])("such as %j is refused, creates nothing and is set no cookie", async (origin) => {
    await expectRefused({ origin });
    expect(creations()).toBe(0);
  });

  it("is refused on every route, with no CORS", async () => {
    const { handle, pictures } = await browser.create();
    const from = { origin: strange };
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

  it("is refused in the preflight already", async () => {
    const headers = { origin: strange, "access-control-request-method": "POST" };
    const preflight = await ask(`${gateway.url}${tickets}`, { method: "OPTIONS", headers });
    expect(preflight.status).toBe(403);
    expect(preflight.headers["access-control-allow-origin"]).toBeUndefined();
    expect(preflight.headers["access-control-allow-methods"]).toBeUndefined();
  });

  it("that sends no origin with a change is told by the browser's own word for it", async () => {
    await expectRefused({ "sec-fetch-site": "cross-site" });
    const { handle } = await browser.create({ appId: "shop" }, { "sec-fetch-site": "same-origin" });
    const withdrawn = await browser.withdraw(handle, { "sec-fetch-site": "cross-site" });
    expect(withdrawn.status).toBe(403);
    // A link from elsewhere, or a picture on another site's page.
    expect((await browser.status(handle, { "sec-fetch-site": "cross-site" })).status).toBe(200);
  });

  it("cannot make itself the gateway's own by naming the host", async () => {
    await expectRefused({
      origin: strange,
      "x-forwarded-host": "evil.example.com",
      "x-forwarded-proto": "https",
    });
    await expectRefused({ origin: strange, forwarded: "host=evil.example.com;proto=https" });
    await expectRefused({ origin: gateway.url.replace("http:", "https:"), "x-forwarded-proto": "https" });
  });
});

describe("what a form can send", () => {
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
  ])("as %s is not taken, whatever is in it", async (type, body) => {
    const answer = await browser.ask(tickets, { method: "POST", headers: { "content-type": type }, body });
    expect(answer.status).toBe(415);
    expect(answer.json).toMatchObject({ reason: "MEDIA_TYPE_NOT_SUPPORTED" });
    expect(creations()).toBe(0);
  });

  it("as JSON with a charset is taken", async () => {
    const type = { "content-type": "application/json; charset=utf-8" };
    expect((await browser.post(tickets, { appId: "shop" }, type)).status).toBe(201);
  });
});
