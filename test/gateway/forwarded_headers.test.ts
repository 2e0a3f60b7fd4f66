import { describe, expect, it } from "vitest";
import { responseOrThrow, scannedByText } from "../support/callers.js";
import { type Headers, openBrowser } from "./browser.js";
import { alice, browser, gateway, restartGateway, setUpGateway } from "./setup.js";

setUpGateway();

/** Returns the address that alice's phone shows for a ticket that was created with these headers. */
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
  it("a forwarded address is not trusted by default", async () => {
    expect(await shownAddress(forged)).toBe("127.0.0.1");
  });

  it("a forwarded address is trusted only from a trusted proxy", async () => {
    await restartGateway({ trustedProxies: ["192.0.2.0/24", "::2"] });
    expect(await shownAddress(forged)).toBe("127.0.0.1");
  });

  it("a trusted proxy's last forwarded address that is not itself a trusted proxy is used", async () => {
    await restartGateway({ trustedProxies: ["127.0.0.0/8", "192.0.2.1"] });
    expect(await shownAddress({ "x-forwarded-for": "203.0.113.7" })).toBe("203.0.113.7");
    expect(await shownAddress({ "x-forwarded-for": "198.51.100.1, 203.0.113.7, 192.0.2.1" })).toBe(
      "203.0.113.7",
    );
    expect(await shownAddress({ "x-forwarded-for": "2001:db8::7" })).toBe("2001:db8::7");
  });

  it("the address is unknown if a trusted proxy reports none, since its own is not the browser's", async () => {
    await restartGateway({ trustedProxies: ["127.0.0.1"] });
    expect(await shownAddress({})).toBe("");
    expect(await shownAddress({ "x-real-ip": "203.0.113.8", forwarded: forged.forwarded })).toBe("");
  });

  it("the last forwarded address is used however many a request holds", async () => {
    await restartGateway({ trustedProxies: ["127.0.0.1"] });
    const many = `${"::1,".repeat(3_000)}203.0.113.7`;
    expect(await shownAddress({ "x-forwarded-for": many })).toBe("203.0.113.7");
  });

  it.each([
    ["with a port", "203.0.113.7:4711", "203.0.113.7"],
    ["in IPv6 with a port", "[2001:db8::7]:4711", "2001:db8::7"],
    ["mapped to IPv6", "::ffff:203.0.113.7", "203.0.113.7"],
    ["with a zone", "fe80::1%eth0", "fe80::1"],
    ["that is not an address", "unknown", ""],
    ["that is empty", "", ""],
    ["of several, the last of which is not an address", "203.0.113.7, unknown", ""],
    ["of several, with spaces and an empty entry", "203.0.113.8 ,, 203.0.113.7", "203.0.113.7"],
    ["that is the proxy's own", "127.0.0.1", ""],
    ["in quotation marks", '"203.0.113.7"', ""],
    ["in the syntax of RFC 7239", "for=203.0.113.7", ""],
    ["that is hidden", "_gazonk", ""],
  ])("a forwarded address %s does not prevent a sign-in", async (_title, address, shown) => {
    await restartGateway({ trustedProxies: ["127.0.0.1"] });
    expect(await shownAddress({ "x-forwarded-for": address })).toBe(shown);
  });

  it("no address is used if the last sixteen are all trusted proxies", async () => {
    await restartGateway({ trustedProxies: ["127.0.0.0/8", "192.0.2.1"] });
    const proxies = (count: number) => ", 192.0.2.1".repeat(count);
    expect(await shownAddress({ "x-forwarded-for": `203.0.113.7${proxies(15)}` })).toBe("203.0.113.7");
    expect(await shownAddress({ "x-forwarded-for": `203.0.113.7${proxies(16)}` })).toBe("");
  });
});

describe("X-Real-IP as the configured header", () => {
  const clientIpHeader = "x-real-ip" as const;

  it("X-Real-IP is trusted from a trusted proxy, and X-Forwarded-For is then ignored", async () => {
    await restartGateway({ trustedProxies: ["127.0.0.1"], clientIpHeader });
    expect(await shownAddress(forged)).toBe("203.0.113.8");
    expect(await shownAddress({ "x-forwarded-for": "203.0.113.7" })).toBe("");
  });

  it("X-Real-IP is not trusted from any other caller", async () => {
    await restartGateway({ trustedProxies: ["192.0.2.1"], clientIpHeader });
    expect(await shownAddress(forged)).toBe("127.0.0.1");
  });

  it.each([
    ["a port", "203.0.113.7:4711", "203.0.113.7"],
    ["IPv6 in brackets", "[2001:db8::7]", "2001:db8::7"],
    ["several addresses", "203.0.113.7, 203.0.113.8", ""],
    ["a word", "unknown", ""],
    ["a trusted proxy's address", "127.0.0.1", ""],
    ["nothing", "", ""],
  ])("X-Real-IP with %s yields the browser's address or none", async (_title, value, shown) => {
    await restartGateway({ trustedProxies: ["127.0.0.1"], clientIpHeader });
    expect(await shownAddress({ "x-real-ip": value, "x-forwarded-for": "198.51.100.66" })).toBe(shown);
  });
});

describe("X-Real-IP that a proxy passes on unchecked", () => {
  it("X-Real-IP is ignored when X-Forwarded-For is the configured header", async () => {
    await restartGateway({ trustedProxies: ["127.0.0.1"] });
    expect(await shownAddress({ "x-real-ip": "198.51.100.66", "x-forwarded-for": "203.0.113.7" })).toBe(
      "203.0.113.7",
    );
  });
});

describe("a forwarded host and protocol", () => {
  const behindProxy = { "x-forwarded-host": "login.example.com", "x-forwarded-proto": "https" };

  it("a forwarded host and protocol are not trusted by default, so a page of that origin is cross-origin", async () => {
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

  it("a trusted proxy's forwarded host and protocol define the gateway's own origin", async () => {
    await restartGateway({ trustedProxies: ["127.0.0.1"] });
    const page = openBrowser(gateway.url, {
      headers: { ...behindProxy, origin: "https://login.example.com" },
    });
    const { handle } = await page.create();
    expect([...page.cookies.keys()]).toEqual([expect.stringMatching(/^__Host-qrlogin-browser-[\w-]{8}$/)]);
    expect((await page.status(handle)).status).toBe(200);
  });

  it("the last of several forwarded hosts and protocols is used, which the nearest proxy has appended", async () => {
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

  it("the Forwarded header of RFC 7239 is ignored", async () => {
    await restartGateway({ trustedProxies: ["127.0.0.1"] });
    const headers = { forwarded: "host=login.example.com;proto=https", origin: "https://login.example.com" };
    expect((await browser.post("/qrlogin/v1/tickets", { appId: "shop" }, headers)).status).toBe(403);
  });
});
