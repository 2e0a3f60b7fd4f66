import { expect, onTestFinished, test } from "vitest";
import { approve, describeCheckCode, describeRequest } from "../../examples/phone.js";
import {
  ContextSource,
  CreatorCapability,
  createAppClient,
  MarkScannedResponse,
  TicketState,
} from "../../src/client/index.js";
import { startPageEnvironment } from "../support/browser/page_environment.js";
import { appSecrets } from "../support/server.js";

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

test("the terminal phone shows the check code with the website's name and a warning, and the website signs in with it", async () => {
  const settings = { policy: { checkCode: { mode: "always", digits: 4 } } };
  const { server, phone } = await startPageEnvironment({ settings });
  const website = createAppClient({ address: server.address, appId: "shop", appSecret: appSecrets.shop });
  onTestFinished(() => website.close());
  const ticket = await website.createTicket({ capabilities: [CreatorCapability.CHECK_CODE] });
  let asked = "";
  const approval = await approve(phone, ticket.qrContent, async (request) => {
    asked = describeRequest(request);
    return true;
  });
  expect(asked.split("\n").at(-1)).toBe(
    "Next, you get a number to type on that page. If anyone else wants it, say no.",
  );
  if (!approval) throw new Error("the phone declined");
  const { checkCode } = approval;
  expect(checkCode).toMatch(/^\d{4}$/);
  expect(describeCheckCode(approval).split("\n")).toEqual([
    `Type this number on Example Shop only: ${checkCode}`,
    "  Never tell it to anybody, not by phone, chat or mail.",
    "  Nobody from Example Shop will ask for it. Anyone who does is trying to get into your account.",
  ]);
  const { state } = await website.submitCheckCode({ ...ticket, checkCode });
  expect(state).toBe(TicketState.AUTHORIZED);
});
