import { expect, it } from "vitest";
import { networkOf } from "../../../src/server/http2/network.js";

it.each([
  ["127.0.0.1", "127.0.0.1"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["::1", "0:0:0:0::/64"],
  ["::", "0:0:0:0::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::", "2001:db8:1:2::/64"],
  ["2001:db8::2:3:4:5", "2001:db8:0:0::/64"],
  ["2001:db8::3:4:5:6:7", "2001:db8:0:3::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
])("connections from %s count under %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});
