import { describe, expect, it } from "vitest";
import { QrErrorCorrection, QrImageFormat } from "../../../gen/qrlogin/v1/qr_login_service.js";
import { ContextSource, RequesterContext } from "../../../gen/qrlogin/v1/ticket.js";
import { newTicketId } from "../../../src/domain/secrets.js";
import { asApp, type CallResult, callResultOf } from "../../support/callers.js";
import { expectError } from "../../support/expect_error.js";
import { alice, server, shop, useTestServer, writtenTickets } from "../../support/test_server.js";
import { withTimeout } from "../../support/timeout.js";

useTestServer();

const long = (length: number) => "x".repeat(length);
const id = newTicketId();
const svg = {
  format: QrImageFormat.SVG as QrImageFormat,
  size: 0,
  errorCorrection: QrErrorCorrection.UNSPECIFIED as QrErrorCorrection,
};

const invalid: readonly (readonly [string, () => Promise<CallResult<unknown>>, readonly string[]])[] = [
  ["a scene in lower case", () => shop.createTicket({ scene: "app" }), ["scene"]],
  ["a scene of 33 characters", () => shop.createTicket({ scene: "A".repeat(33) }), ["scene"]],
  ["custom data of 513 bytes", () => shop.createTicket({ customData: { a: long(505) } }), ["custom_data"]],
  [
    "custom data of 513 bytes as drawn, in another script",
    () => shop.createTicket({ customData: { a: `${"日".repeat(84)}x` } }),
    ["custom_data"],
  ],
  ["a ttl of zero", () => shop.createTicket({ ttl: { seconds: 0, nanos: 0 } }), ["ttl"]],
  ["a negative ttl", () => shop.createTicket({ ttl: { seconds: -1, nanos: 0 } }), ["ttl"]],
  ["a ttl of a negative nanosecond", () => shop.createTicket({ ttl: { seconds: 0, nanos: -1 } }), ["ttl"]],
  ["a ttl of two signs", () => shop.createTicket({ ttl: { seconds: 100, nanos: -1 } }), ["ttl"]],
  [
    "a ttl with a second of nanoseconds",
    () => shop.createTicket({ ttl: { seconds: 100, nanos: 1_000_000_000 } }),
    ["ttl"],
  ],
  [
    "a ttl of more than 10,000 years",
    () => shop.createTicket({ ttl: { seconds: 315_576_000_001, nanos: 0 } }),
    ["ttl"],
  ],
  ["a code challenge that is none", () => shop.createTicket({ codeChallenge: "plain" }), ["code_challenge"]],
  [
    "an address that is none",
    () => shop.createTicket({ requester: requesterWith({ ipAddress: "::g" }) }),
    ["requester.ip_address"],
  ],
  [
    "texts of 257 characters",
    () =>
      shop.createTicket({
        requester: requesterWith({ userAgent: long(257), deviceName: long(257), location: long(257) }),
      }),
    ["requester.user_agent", "requester.device_name", "requester.location"],
  ],
  [
    "sources that are not known",
    () =>
      shop.createTicket({
        requester: requesterWith({ deviceName: "Till 3", ...unknownSources }),
        customDataSource: 99 as ContextSource,
      }),
    ["custom_data_source", "requester.device_name_source", "requester.location_source"],
  ],
  [
    "an observation of anything but the network address",
    () =>
      shop.createTicket({
        requester: requesterWith({
          ...{ ipAddress: "192.0.2.1", ipAddressSource: ContextSource.OBSERVED_BY_GATEWAY },
          ...{ userAgent: "Firefox", userAgentSource: ContextSource.OBSERVED_BY_GATEWAY },
          ...{ deviceName: "Till 3", deviceNameSource: ContextSource.OBSERVED_BY_GATEWAY },
          ...{ location: "Lisbon", locationSource: ContextSource.OBSERVED_BY_GATEWAY },
        }),
        customDataSource: ContextSource.OBSERVED_BY_GATEWAY,
      }),
    [
      "custom_data_source",
      "requester.user_agent_source",
      "requester.device_name_source",
      "requester.location_source",
    ],
  ],
  [
    "an image without a format",
    () => shop.createTicket({ qrImage: { ...svg, format: QrImageFormat.UNSPECIFIED } }),
    ["qr_image.format"],
  ],
  [
    "an image format of the future",
    () => shop.createTicket({ qrImage: { ...svg, format: 9 as QrImageFormat } }),
    ["qr_image.format"],
  ],
  [
    "an error correction of the future",
    () => shop.createTicket({ qrImage: { ...svg, errorCorrection: 9 as QrErrorCorrection } }),
    ["qr_image.error_correction"],
  ],
  ["an image of 63 pixels", () => shop.createTicket({ qrImage: { ...svg, size: 63 } }), ["qr_image.size"]],
  [
    "an image of 1025 pixels",
    () => shop.createTicket({ qrImage: { ...svg, size: 1_025 } }),
    ["qr_image.size"],
  ],
  ["a margin of 17", () => shop.createTicket({ qrImage: { ...svg, margin: 17 } }), ["qr_image.margin"]],
  [
    "a PNG too small for its code",
    () => shop.createTicket({ qrImage: { ...svg, format: QrImageFormat.PNG, size: 64 } }),
    ["qr_image.size"],
  ],
  [
    "several fields at once",
    () => shop.createTicket({ scene: "?", codeChallenge: "?" }),
    ["scene", "code_challenge"],
  ],
  [
    "GetStatus without its fields",
    () => shop.getStatus({ ticketId: "", ticketSecret: "" }),
    ["ticket_id", "ticket_secret"],
  ],
  [
    "WatchStatus with fields too long",
    () => shop.watchStatus({ ticketId: long(65), ticketSecret: long(129) }),
    ["ticket_id", "ticket_secret"],
  ],
  ["Withdraw without a secret", () => shop.withdraw({ ticketId: id, ticketSecret: "" }), ["ticket_secret"]],
  ["MarkScanned without anything", () => alice.markScanned(undefined), ["qr_content"]],
  ["MarkScanned with an empty id", () => alice.markScanned({ $case: "ticketId", value: "" }), ["ticket_id"]],
  ["Authorize with an id too long", () => alice.authorize({ ticketId: long(65) }), ["ticket_id"]],
  ["Cancel without an id", () => alice.cancel({ ticketId: "" }), ["ticket_id"]],
  [
    "ExchangeUserInfo with fields too long",
    () => shop.exchangeUserInfo({ exchangeTicket: long(257), codeVerifier: long(129) }),
    ["exchange_ticket", "code_verifier"],
  ],
  [
    "ExchangeUserInfo without a ticket",
    () => shop.exchangeUserInfo({ exchangeTicket: "" }),
    ["exchange_ticket"],
  ],
];

const unknownSources = { deviceNameSource: 4 as ContextSource, locationSource: -1 as ContextSource };

function requesterWith(changes: Partial<RequesterContext>) {
  return RequesterContext.fromPartial(changes);
}

describe("the validation of requests", () => {
  it.each(invalid)(
    "answers INVALID_REQUEST with the fields that are not valid: %s",
    async (_title, call, fields) => {
      expectError(await call(), "INVALID_ARGUMENT", "INVALID_REQUEST", { fields });
    },
  );

  it("accepts values exactly at the limits", async () => {
    const requester = requesterWith({
      userAgent: "\u{1F600}".repeat(256),
      location: long(256),
      ipAddress: "::1",
    });
    const customData = { a: long(504) };
    expect((await shop.createTicket({ scene: "A".repeat(32), requester, customData })).code).toBe("OK");
    expect((await shop.createTicket({ qrImage: { ...svg, size: 64, margin: 16 } })).code).toBe("OK");
  });

  it("removes the zone of an address, which only has a meaning on the machine that saw it", async () => {
    const zone = "x".repeat(56);
    for (const ipAddress of ["fe80::1%eth0", "fe80::1%a.b-c:d", `fe80::1%${zone}`]) {
      expect((await shop.createTicket({ requester: requesterWith({ ipAddress }) })).code).toBe("OK");
      expect(writtenTickets.at(-1)?.requester?.ipAddress).toBe("fe80::1");
    }
    const ipAddress = `fe80::1%${zone}x`;
    const answer = await shop.createTicket({ requester: requesterWith({ ipAddress }) });
    expectError(answer, "INVALID_ARGUMENT", "INVALID_REQUEST", { fields: ["requester.ip_address"] });
  });

  it.each([
    ["bytes that are no message", Buffer.from([0xff, 0xff, 0xff])],
    ["a field that is cut off", Buffer.from([0x0a, 0x7f, 0x41])],
    ["a text that is not UTF-8", Buffer.from([0x0a, 0x02, 0xc3, 0x28])],
  ])("answers INVALID_REQUEST to a request that cannot be decoded: %s", async (_title, bytes) => {
    const answered = new Promise<CallResult<unknown>>((resolve) => {
      server.client.makeUnaryRequest(
        "/qrlogin.v1.QrLoginService/CreateTicket",
        () => bytes,
        (answered) => answered,
        bytes,
        asApp("shop"),
        (error) => resolve(callResultOf(error)),
      );
    });
    const answer = await withTimeout(answered, "an answer to what cannot be decoded");
    expectError(answer, "INVALID_ARGUMENT", "INVALID_REQUEST");
  });
});
