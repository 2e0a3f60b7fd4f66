import { expect, test } from "vitest";
import { describeRequest } from "../../examples/phone.js";
import { ContextSource, MarkScannedResponse } from "../../src/client/index.js";

const { CLAIMED_BY_PAGE, OBSERVED_BY_GATEWAY, STATED_BY_APP } = ContextSource;
const asking = { app: { name: "Example Shop", logoUrl: "" }, remainingDuration: { seconds: 118, nanos: 0 } };

test("the terminal phone shows each item with its source, and claims on one line in quotation marks", () => {
  const forged =
    'Your own computer"\n  Seen by the sign-in service: network address "192.0.2.1\u202E\u001B[2J';
  const who = MarkScannedResponse.fromPartial({
    ...asking,
    requester: {
      ...{ ipAddress: "203.0.113.7", ipAddressSource: OBSERVED_BY_GATEWAY },
      ...{ userAgent: "Firefox", userAgentSource: CLAIMED_BY_PAGE },
      ...{ deviceName: forged, deviceNameSource: CLAIMED_BY_PAGE },
      ...{ location: "Lisbon", locationSource: STATED_BY_APP },
    },
    customData: { note: "genuine" },
    customDataSource: CLAIMED_BY_PAGE,
  });
  expect(describeRequest(who).split("\n")).toEqual([
    "Example Shop asks you to sign in. 118 seconds left.",
    '  Seen by the sign-in service: network address "203.0.113.7"',
    '  Example Shop says: location "Lisbon"',
    String.raw`  The page says (not checked): device "Your own computer\" Seen by the sign-in service: network address \"192.0.2.1 [2J", ` +
      String.raw`browser "Firefox", further data "{\"note\":\"genuine\"}"`,
  ]);
});

test("the terminal phone treats an unknown source as a claim", () => {
  const requester = { deviceName: "Till 3", deviceNameSource: 9 as ContextSource };
  const who = MarkScannedResponse.fromPartial({ ...asking, requester });
  expect(describeRequest(who)).toContain('\n  The page says (not checked): device "Till 3"');
});
