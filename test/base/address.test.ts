import { expect, test } from "vitest";
import {
  formatAddress,
  isLoopbackHost,
  isLoopbackUrl,
  isTrustworthyHost,
  parseAddress,
  splitAddress,
} from "../../src/base/address.js";

test.each([
  ["127.0.0.1:50051", "127.0.0.1", 50051],
  ["0.0.0.0:0", "0.0.0.0", 0],
  ["localhost:65535", "localhost", 65535],
  ["grpc.internal-1.example:80", "grpc.internal-1.example", 80],
  ["[::1]:50051", "::1", 50051],
  ["[::]:1", "::", 1],
])("parseAddress accepts %s", (text, host, port) => {
  expect(parseAddress(text)).toEqual({ host, port });
});

test.each([
  "",
  "50051",
  ":50051",
  "localhost",
  "localhost:",
  "localhost:65536",
  "localhost:-1",
  "localhost:1e3",
  "::1:50051",
  "[::1]",
  "[127.0.0.1]:80",
  "[fe80::1%eth0]:80",
  "127.1:80",
  "2130706433:80",
  "0x7f.1:80",
  "256.0.0.1:80",
  "-a.example:80",
  "a b:80",
  "http://localhost:80",
  "localhost:80\n",
])("parseAddress rejects %j", (text) => {
  expect(parseAddress(text)).toBeUndefined();
});

test.each(["127.0.0.1", "127.255.0.9", "::1", "0:0:0:0:0:0:0:1", "localhost", "LocalHost"])(
  "%s is a loopback host",
  (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  },
);

test.each([
  "0.0.0.0",
  "::",
  "126.255.255.255",
  "128.0.0.1",
  "10.0.0.1",
  "::2",
  "127.0.0.1.example",
  "localhost.example",
  "",
])("%j is not a loopback host", (host) => {
  expect(isLoopbackHost(host)).toBe(false);
});

test.each([
  ["127.0.0.1:50051", "127.0.0.1", 50051],
  ["[::1]:0", "::1", 0],
  ["redis-0.example:6379", "redis-0.example", 6379],
])("The address %s is split, and is the same when it is written again.", (text, host, port) => {
  expect(splitAddress(text)).toEqual({ host, port });
  expect(formatAddress({ host, port })).toBe(text);
});

test("An IPv6 address that Redis tells without brackets is split at its last colon.", () => {
  expect(splitAddress("2001:db8::1:6379")).toEqual({ host: "2001:db8::1", port: 6379 });
});

test.each([
  ["http://127.0.0.1:80/a", true],
  ["http://[::1]/", true],
  ["redis://LOCALHOST", true],
  ["http://shop.localhost/", false],
  ["http://localhost.example/", false],
  ["http://[2001:db8::1]/", false],
])("Whether the URL %s leads to this machine is %j.", (url, expected) => {
  expect(isLoopbackUrl(new URL(url))).toBe(expected);
});

test.each(["localhost", "shop.localhost", "127.0.0.1", "127.255.0.9", "[::1]"])(
  "Browsers trust the host %s as this machine.",
  (host) => {
    expect(isTrustworthyHost(host)).toBe(true);
  },
);

test.each(["", "localhost.example", "evillocalhost", "127.0.0.1.example", "128.0.0.1", "[::2]", "0.0.0.0"])(
  "Browsers do not trust the host %j as this machine.",
  (host) => {
    expect(isTrustworthyHost(host)).toBe(false);
  },
);

test("A name below localhost is no loopback host: a resolver may send it elsewhere, so it guards no plain text.", () => {
  expect(isLoopbackHost("shop.localhost")).toBe(false);
});
