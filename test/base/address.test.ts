import { expect, test } from "vitest";
import { isLoopbackHost, parseAddress } from "../../src/base/address.js";

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
