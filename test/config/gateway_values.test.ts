import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { collectProblems, gateway, load } from "../support/config_files.js";

const newKey = () => randomBytes(32).toString("base64url");
const loaded = (keys: object) => load({ gateway: { ...gateway, ...keys } }, {}, "gateway").gateway;
const problems = (keys: object) =>
  collectProblems(() => load({ gateway: { ...gateway, ...keys } }, {}, "gateway"));
const paths = (keys: object) => problems(keys).map(({ path }) => path);
const withApp = (keys: object) => ({ apps: [{ ...gateway.apps[0], ...keys }] });

describe("a handle key", () => {
  test.each([
    ["of 31 bytes", randomBytes(31).toString("base64url")],
    ["of 33 bytes", randomBytes(33).toString("base64url")],
    ["as hexadecimal digits", randomBytes(32).toString("hex")],
    ["as base64", `${"+/".repeat(21)}8=`],
    ["with padding", `${newKey()}=`],
    // The last character encodes four bits of the key and two that must be zero.
    ["that is not canonical", `${newKey().slice(0, 42)}B`],
    ["that is empty", ""],
  ])("a handle key %s is rejected with the command that creates one", (_, key) => {
    const [problem, ...more] = problems({ handleKeys: [key] });
    expect(more).toEqual([]);
    expect(problem?.path).toBe("gateway.handleKeys[0]");
    expect(problem?.message).toContain("openssl rand -base64 32 | tr '+/' '-_' | tr -d '='");
  });

  test.each([0, 255])("a handle key that repeats the byte %i is rejected", (byte) => {
    expect(paths({ handleKeys: Buffer.alloc(32, byte).toString("base64url") })).toEqual([
      "gateway.handleKeys[0]",
    ]);
  });

  test("a handle key must be unique in its list, and a single one needs no list", () => {
    const [old, fresh] = [newKey(), newKey()];
    expect(loaded({ handleKeys: [fresh, old] })?.handleKeys).toEqual([fresh, old]);
    expect(loaded({ handleKeys: fresh })?.handleKeys).toEqual([fresh]);
    expect(problems({ handleKeys: [fresh, old, fresh] })).toEqual([
      { path: "gateway.handleKeys[2]", message: "is the same as the one at [0]" },
    ]);
  });
});

describe("an origin", () => {
  test.each([
    "https://shop.example.com",
    "https://shop.example.com:8443",
    "https://xn--bcher-kva.example",
    "https://192.0.2.1",
    "https://[2001:db8::1]:8443",
    "http://localhost:3000",
    "http://127.0.0.1",
    "http://localhost:*",
    "https://127.8.9.1:*",
    "http://[::1]:*",
  ])("an origin may be %s", (origin) => {
    expect(loaded(withApp({ origins: [origin] }))?.apps[0]?.origins).toEqual([origin]);
  });

  test.each([
    "https://shop.example.com/",
    "https://shop.example.com/login",
    "https://shop.example.com?a",
    "https://shop.example.com#a",
    "https://shop.example.com:443",
    "https://Shop.example.com",
    "HTTPS://shop.example.com",
    "https://user@shop.example.com",
    "https://bücher.example",
    "https://127.1",
    "https://*.example.com",
    "https://*",
    "https://a;b",
    "https://a'b",
    " https://shop.example.com",
    "shop.example.com",
    "ftp://shop.example.com",
    "file://",
    "http://localhost:80:*",
    "http://localhost:3000:*",
    "*",
    ":*",
    "null",
    "",
  ])("the origin %j is rejected with an example of what browsers send", (origin) => {
    const [problem, ...more] = problems(withApp({ origins: [origin] }));
    expect(more).toEqual([]);
    expect(problem?.path).toBe("gateway.apps[0].origins[0]");
    expect(problem?.message).toContain("exactly as browsers send it, such as https://shop.example.com");
  });

  test.each([
    "http://shop.example.com",
    "http://intranet",
    "http://10.0.0.1",
    "http://localhost.example.com",
  ])("an origin with http must be loopback: %s is rejected", (origin) => {
    expect(problems(withApp({ origins: ["https://shop.example.com", origin] }))).toEqual([
      { path: "gateway.apps[0].origins[1]", message: "must be an https origin: http is for loopback only" },
    ]);
  });

  test.each(["https://shop.example.com:*", "http://10.0.0.1:*", "https://127.0.0.1.example.com:*"])(
    "an origin with any port must be loopback: %s is rejected",
    (origin) => {
      const [problem, ...more] = problems(withApp({ origins: [origin] }));
      expect(more).toEqual([]);
      expect(problem?.message).toContain("must name the port");
    },
  );
});

describe("a trusted proxy", () => {
  test.each([
    ...["10.0.0.1", "10.0.0.0/8", "192.168.1.7/24", "2001:db8::1", "fc00::/7", "fe80::/10", "::1/128"],
    ...["2a06:98c0::/29", "::ffff:10.0.0.0/104", "64:ff9b::10.0.0.1"],
  ])("a trusted proxy may be %s", (network) => {
    expect(loaded({ trustedProxies: [network] })?.trustedProxies).toEqual([network]);
  });

  test.each([
    ...["10.0.0.1:80", "10.0.0.0/33", "2001:db8::/129", "10.0.0.0/255.0.0.0", "10.0.0.0/", "10.1", "proxy"],
    ...["10.0.0.0/-1", "fe80::1%eth0", "[::1]", "loopback", "*", "true", ""],
  ])("the trusted proxy %j is rejected", (network) => {
    const [problem, ...more] = problems({ trustedProxies: ["10.0.0.1", network] });
    expect(more).toEqual([]);
    expect(problem?.path).toBe("gateway.trustedProxies[1]");
    expect(problem?.message).toContain("must be an IP address or a network in CIDR form");
  });

  test.each([
    "0.0.0.0/0",
    "10.0.0.0/0",
    "::/0",
    "fc00::/0",
    "::ffff:0:0/96",
    "::ffff:0.0.0.0/95",
    "2000::/3",
    ...["0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/7", "::/1", "8000::/1", "2000::/15", "fc00::/6"],
    // All of IPv4, embedded in IPv6.
    ...["64:ff9b::/96", "64:ff9b::/64", "2002::/16", "::/64", "::ffff:128.0.0.0/97"],
  ])("a network that is too wide is rejected as a trusted proxy: %s", (network) => {
    const [problem, ...more] = problems({ trustedProxies: [network] });
    expect(more).toEqual([]);
    expect(problem?.message).toContain("anyone in it could forge any address");
  });

  const eighths = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => `${from + index}.0.0.0/8`);

  test.each([
    ["all of IPv4", eighths(0, 256)],
    ["all of IPv4 but a little", eighths(1, 255)],
    [
      "all of IPv4 but a little, mapped",
      eighths(1, 255).map((each) => `::ffff:${each.replace("/8", "/104")}`),
    ],
    ["much of IPv6", Array.from({ length: 17 }, (_, index) => `${(0x2400 + index).toString(16)}::/16`)],
  ])("networks that are too wide together are rejected as trusted proxies: %s", (_title, networks) => {
    const [problem, ...more] = problems({ trustedProxies: networks });
    expect(more).toEqual([]);
    expect(problem?.path).toBe("gateway.trustedProxies");
    expect(problem?.message).toContain("almost anyone could forge any address");
  });

  test("trusted proxies may be the private networks and those of a content network that an organization has", () => {
    const own = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "fe80::/10"];
    const networks = [...own, "104.16.0.0/13", "172.64.0.0/13", "2400:cb00::/32", "2a06:98c0::/29"];
    expect(loaded({ trustedProxies: networks })?.trustedProxies).toEqual(networks);
  });
});

test("the header of the client's address is one of two", () => {
  expect(loaded({ clientIpHeader: "x-real-ip" })?.clientIpHeader).toBe("x-real-ip");
  for (const header of ["forwarded", "X-Real-IP", "cf-connecting-ip", ["x-real-ip", "x-forwarded-for"]]) {
    expect(problems({ clientIpHeader: header })).toMatchObject([{ path: "gateway.clientIpHeader" }]);
  }
});

test("pages may set at most four fields, and no others", () => {
  const pageFields = ["deviceName", "location", "scene", "customData"];
  expect(loaded(withApp({ pageFields }))?.apps[0]?.pageFields).toEqual(pageFields);
  for (const field of ["place", "ipAddress", "ttlMs"]) {
    expect(problems(withApp({ pageFields: [field] }))).toMatchObject([
      { path: "gateway.apps[0].pageFields[0]" },
    ]);
  }
});
