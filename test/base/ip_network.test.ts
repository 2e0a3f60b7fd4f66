import { expect, test } from "vitest";
import {
  containsNetwork,
  createNetworkMatcher,
  parseNetwork,
  parseNetworks,
} from "../../src/base/ip_network.js";

test("parseNetwork accepts an address and a network of either IP version", () => {
  expect(parseNetwork("10.0.0.1")).toEqual({ version: 4, ip: "10.0.0.1", prefixLength: 32 });
  expect(parseNetwork("10.0.0.0/8")).toEqual({ version: 4, ip: "10.0.0.0", prefixLength: 8 });
  expect(parseNetwork("2001:DB8::")).toEqual({ version: 6, ip: "2001:DB8::", prefixLength: 128 });
  expect(parseNetwork("::/0")).toEqual({ version: 6, ip: "::", prefixLength: 0 });
});

test.each([
  "",
  "10.0.0.0/33",
  "::/129",
  "10.0.0.0/",
  "10.0.0.0/-1",
  "10.1",
  "fe80::1%eth0",
  "[::1]",
  "proxy",
])("text that is not a network is rejected: %j", (text) => {
  expect(parseNetwork(text)).toBeUndefined();
  expect(() => parseNetworks(["10.0.0.1", text])).toThrow("Not an IP address or a network");
});

test.each([
  ["10.1.2.3", true],
  ["11.0.0.1", false],
  ["192.0.2.1", true],
  ["192.0.2.2", false],
  ["::ffff:10.1.2.3", true],
  ["::ffff:11.0.0.1", false],
  ["2001:db8::7", true],
  ["2001:db9::7", false],
  ["", false],
  ["unknown", false],
  ["10.0.0.0/8", false],
])("a network matcher finds whether %j is in one of its networks: %s", (address, isInside) => {
  const matches = createNetworkMatcher(parseNetworks(["10.0.0.0/8", "192.0.2.1", "2001:db8::/32"]));
  expect(matches(address)).toBe(isInside);
});

test("a network contains itself and narrower networks of its addresses, but no wider one and no other", () => {
  const contains = (...texts: readonly string[]) => {
    const [outer, inner] = parseNetworks(texts);
    return outer && inner && containsNetwork(outer, inner);
  };
  expect(contains("fc00::/7", "fc00::/7")).toBe(true);
  expect(contains("fc00::/7", "fd12::/16")).toBe(true);
  expect(contains("fc00::/7", "fc00::/6")).toBe(false);
  expect(contains("fc00::/7", "fe80::/10")).toBe(false);
});
