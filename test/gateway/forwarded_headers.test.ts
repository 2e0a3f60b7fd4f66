import { describe, expect, it } from "vitest";
import { responseOrThrow, scannedByText } from "../support/callers.js";
import { type Headers, openBrowser } from "./browser.js";
import { alice, browser, gateway, restartGateway, setUpGateway } from "./setup.js";

setUpGateway();

/** The address that the phone of alice shows for a ticket that was asked for with these headers. */
async function shownAddress(headers: Headers): Promise<string | undefined> {
  const { qrContent } = await browser.create({ appId: "shop" }, headers);
  return responseOrThrow(await alice.markScanned(scannedByText(qrContent))).requester?.ipAddress;
}

const forged = {
  "x-forwarded-for": "203.0.113.7",
  "x-real-ip": "203.0.113.8",
  "x-client-ip": "203.0.113.8",
  "true-client-ip": "203.0.113.8",
  forwarded: "for=203.0.113.9;host=evil.example.com;proto=https",
};

describe("a forwarded address", () => {
  it("is not believed by default", async () => {
    expect(await shownAddress(forged)).toBe("127.0.0.1");
  });

  it("is not believed of anybody but a trusted proxy", async () => {
    await restartGateway({ trustedProxies: ["192.0.2.0/24", "::2"] });
    expect(await shownAddress(forged)).toBe("127.0.0.1");
  });

  it("is believed of a trusted proxy, the nearest one that is not trusted itself", async () => {
    await restartGateway({ trustedProxies: ["127.0.0.0/8", "192.0.2.1"] });
    expect(await shownAddress({ "x-forwarded-for": "203.0.113.7" })).toBe("203.0.113.7");
    expect(await shownAddress({ "x-forwarded-for": "198.51.100.1, 203.0.113.7, 192.0.2.1" })).toBe(
      "203.0.113.7",
    );
    expect(await shownAddress({ "x-forwarded-for": "2001:db8::7" })).toBe("2001:db8::7");
  });

  it("is not known where a trusted proxy says none: the proxy's own is not the browser's", async () => {
    await restartGateway({ trustedProxies: ["127.0.0.1"] });
    expect(await shownAddress({})).toBe("");
    expect(await shownAddress({ "x-real-ip": "203.0.113.8", forwarded: forged.forwarded })).toBe("");
  });

  it("is the nearest one of as many as a request can hold", async () => {
    await restartGateway({ trustedProxies: ["127.0.0.1"] });
    const many = `${"::1,".repeat(3_000)}203.0.113.7`;
    expect(await shownAddress({ "x-forwarded-for": many })).toBe("203.0.113.7");
  });

  it.each([
    ["with a port", "203.0.113.7:4711", "203.0.113.7"],
    ["IPv6 with a port", "[2001:db8::7]:4711", "2001:db8::7"],
    ["in IPv6 clothes", "::ffff:203.0.113.7", "203.0.113.7"],
    ["with a zone", "fe80::1%eth0", "fe80::1"],
    ["that is none", "unknown", ""],
    ["that is empty", "", ""],
    ["of several, the nearest of which is none", "203.0.113.7, unknown", ""],
    ["of several with spaces and an empty one", "203.0.113.8 ,, 203.0.113.7", "203.0.113.7"],
    ["of the proxy itself, which is not the browser's", "127.0.0.1", ""],
    ["in quotation marks", '"203.0.113.7"', ""],
    ["of RFC 7239", "for=203.0.113.7", ""],
    ["that is hidden", "_gazonk", ""],
  ])("%s keeps nobody from signing in", async (_title, address, shown) => {
    await restartGateway({ trustedProxies: ["127.0.0.1"] });
    expect(await shownAddress({ "x-forwarded-for": address })).toBe(shown);
  });
});

describe("X-Real-IP as the one header", () => {
  const clientIpHeader = "x-real-ip" as const;

  it("is believed of a trusted proxy, and X-Forwarded-For, which it passes on unchecked, is not", async () => {
    await restartGateway({ trustedProxies: ["127.0.0.1"], clientIpHeader });
    expect(await shownAddress(forged)).toBe("203.0.113.8");
    expect(await shownAddress({ "x-forwarded-for": "203.0.113.7" })).toBe("");
  });

  it("is not believed of anybody else", async () => {
    await restartGateway({ trustedProxies: ["192.0.2.1"], clientIpHeader });
    expect(await shownAddress(forged)).toBe("127.0.0.1");
  });

  it.each([
    ["with a port", "203.0.113.7:4711", "203.0.113.7"],
    ["IPv6 in brackets", "[2001:db8::7]", "2001:db8::7"],
    ["several of them", "203.0.113.7, 203.0.113.8", ""],
    ["a word", "unknown", ""],
    ["a trusted proxy's", "127.0.0.1", ""],
    ["nothing", "", ""],
  ])("with %s is the browser's address or none", async (_title, value, shown) => {
    await restartGateway({ trustedProxies: ["127.0.0.1"], clientIpHeader });
    expect(await shownAddress({ "x-real-ip": value, "x-forwarded-for": "198.51.100.66" })).toBe(shown);
  });
});

describe("X-Real-IP that a proxy passes on unchecked", () => {
  it("is not believed where X-Forwarded-For is the header", async () => {
    await restartGateway({ trustedProxies: ["127.0.0.1"] });
    expect(await shownAddress({ "x-real-ip": "198.51.100.66", "x-forwarded-for": "203.0.113.7" })).toBe(
      "203.0.113.7",
    );
  });
});

describe("a forwarded host and protocol", () => {
  const behindProxy = { "x-forwarded-host": "login.example.com", "x-forwarded-proto": "https" };

  it("are not believed by default: a page of that origin is a stranger", async () => {
    const answer = await browser.post(
      "/qrlogin/v1/tickets",
      { appId: "shop" },
      {
        ...behindProxy,
        origin: "https://login.example.com",
      },
    );
    expect([answer.status, answer.json.reason]).toEqual([403, "ORIGIN_NOT_ALLOWED"]);
    await browser.create({ appId: "shop" }, behindProxy);
    expect([...browser.cookies.keys()]).toEqual([expect.stringMatching(/^qrlogin-browser-[\w-]{8}$/)]);
  });

  it("are believed of a trusted proxy: a page of that origin is the gateway's own", async () => {
    await restartGateway({ trustedProxies: ["127.0.0.1"] });
    const page = openBrowser(gateway.url, {
      headers: { ...behindProxy, origin: "https://login.example.com" },
    });
    const { handle } = await page.create();
    expect([...page.cookies.keys()]).toEqual([expect.stringMatching(/^__Host-qrlogin-browser-[\w-]{8}$/)]);
    expect((await page.status(handle)).status).toBe(200);
  });

  it("are believed of the nearest hop, which has appended them to what the client sent", async () => {
    await restartGateway({ trustedProxies: ["127.0.0.1"] });
    const headers = {
      "x-forwarded-host": "evil.example.com, login.example.com",
      "x-forwarded-proto": "http, https",
    };
    const from = (origin: string) =>
      browser.post("/qrlogin/v1/tickets", { appId: "shop" }, { ...headers, origin });
    expect((await from("https://login.example.com")).status).toBe(201);
    expect((await from("http://evil.example.com")).status).toBe(403);
  });

  it("are not believed in the words of RFC 7239, which nothing here reads", async () => {
    await restartGateway({ trustedProxies: ["127.0.0.1"] });
    const headers = { forwarded: "host=login.example.com;proto=https", origin: "https://login.example.com" };
    expect((await browser.post("/qrlogin/v1/tickets", { appId: "shop" }, headers)).status).toBe(403);
  });
});
