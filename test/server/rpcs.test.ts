import { describe, expect, it } from "vitest";
import { QrErrorCorrection, QrImageFormat } from "../../gen/qrlogin/v1/qr_login_service.js";
import { CancelReason, ContextSource, RequesterContext, TicketState } from "../../gen/qrlogin/v1/ticket.js";
import { exchangeTicketOf } from "../../src/domain/secrets.js";
import {
  createAuthorizedTicket,
  createScannedTicket,
  createTestTicket,
  responseOrThrow,
  scannedById,
  scannedByText,
} from "../support/callers.js";
import { alice, clock, shop, useTestServer } from "../support/test_server.js";

useTestServer();

describe("the RPCs", () => {
  it("CreateTicket returns the id, the secret, the QR content and the remaining time", async () => {
    const customData = { order: 7, nested: { list: [true, null] } };
    const response = responseOrThrow(await shop.createTicket({ customData, ttl: { seconds: 90, nanos: 0 } }));
    expect(response.ticketId).toMatch(/^[\w-]{22}$/);
    expect(response.ticketSecret).toMatch(/^[\w-]{43}$/);
    expect(JSON.parse(response.qrContent)).toEqual({
      scene: "APP_AUTH",
      random: response.ticketId,
      userPoolId: "customers",
      createdAt: new Date(clock.now()).toISOString(),
      expireAt: new Date(clock.now() + 90_000).toISOString(),
      customData,
    });
    expect(response.expireTime?.getTime()).toBe(clock.now() + 90_000);
    expect(response.remainingDuration).toEqual({ seconds: 90, nanos: 0 });
    expect(response.minPollInterval).toEqual({ seconds: 0, nanos: 0 });
    expect(response.qrImage).toBeUndefined();
  });

  it("CreateTicket limits the requested ttl to its range", async () => {
    for (const [seconds, nanos, life] of [
      [0, 1, 30],
      [0, 999_999, 30],
      [1, 0, 30],
      [9_999, 999_999_999, 600],
      [315_576_000_000, 0, 600],
    ] as const) {
      const response = responseOrThrow(await shop.createTicket({ ttl: { seconds, nanos } }));
      expect(response.remainingDuration).toEqual({ seconds: life, nanos: 0 });
    }
  });

  it("CreateTicket returns the QR content in printable ASCII, and MarkScanned the original custom data", async () => {
    const customData = {
      Küche: ['日"', "🛒", "\\u00e9", "\u2028\u007f", "“x” – 5 €"],
      full: "日".repeat(60),
    };
    const { qrContent } = responseOrThrow(await shop.createTicket({ customData }));
    expect(qrContent).toMatch(/^[ -~]+$/);
    expect(JSON.parse(qrContent).customData).toEqual(customData);
    const scanned = responseOrThrow(await alice.markScanned({ $case: "qrContent", value: qrContent }));
    expect(scanned.customData).toEqual(customData);
  });

  it("CreateTicket accepts custom data of exactly 512 bytes in the QR code", async () => {
    const customData = { a: "日".repeat(84) };
    const { qrContent } = responseOrThrow(await shop.createTicket({ customData }));
    expect(qrContent.slice(qrContent.indexOf('{"a":'), -1)).toHaveLength(512);
  });

  it("CreateTicket renders an SVG or a PNG on request", async () => {
    for (const [format, mediaType, magic] of [
      [QrImageFormat.SVG, "image/svg+xml", "<svg"],
      [QrImageFormat.PNG, "image/png", "\x89PNG"],
    ] as const) {
      const qrImage = { format, size: 512, errorCorrection: QrErrorCorrection.L };
      const response = responseOrThrow(await shop.createTicket({ qrImage }));
      expect(response.qrImage?.mediaType).toBe(mediaType);
      expect(response.qrImage?.data.toString("latin1")).toContain(magic);
    }
  });

  it("GetStatus returns the status", async () => {
    const held = await createTestTicket(shop);
    expect(responseOrThrow(await shop.getStatus(held)).status).toEqual({
      ticketId: held.ticketId,
      state: TicketState.PENDING,
      revision: 1,
      expireTime: new Date(clock.now() + 120_000),
      remainingDuration: { seconds: 120, nanos: 0 },
      scannedBy: undefined,
      exchangeTicket: "",
      cancelReason: CancelReason.UNSPECIFIED,
      checkCodeDigits: 0,
      checkCodeAttemptsLeft: 0,
      qrCodeStep: undefined,
    });
  });

  it("WatchStatus sends the same status as GetStatus", async () => {
    const held = await createTestTicket(shop);
    const { status: watched } = responseOrThrow(await shop.watchStatus(held));
    expect(watched).toEqual(responseOrThrow(await shop.getStatus(held)).status);
  });

  it("MarkScanned returns the requester, by the QR content or by the id, and the same when repeated", async () => {
    const requester = RequesterContext.fromPartial({
      ipAddress: "2001:db8::1",
      userAgent: "Firefox",
      deviceName: "Laptop",
      location: "Leipzig",
    });
    const held = await createTestTicket(shop, { requester, customData: { order: 7 } });
    clock.advance(20_000);
    const response = responseOrThrow(await alice.markScanned(scannedByText(held.qrContent)));
    expect(response).toEqual({
      ticketId: held.ticketId,
      state: TicketState.SCANNED,
      revision: 2,
      app: { name: "Example Shop", logoUrl: "https://shop.example.com/logo.svg" },
      requester: {
        ...requester,
        ipAddressSource: ContextSource.STATED_BY_APP,
        userAgentSource: ContextSource.STATED_BY_APP,
        deviceNameSource: ContextSource.STATED_BY_APP,
        locationSource: ContextSource.STATED_BY_APP,
      },
      customData: { order: 7 },
      customDataSource: ContextSource.STATED_BY_APP,
      expireTime: new Date(clock.now() + 100_000),
      remainingDuration: { seconds: 100, nanos: 0 },
      checkCodeDigits: 0,
    });
    expect(responseOrThrow(await alice.markScanned(scannedById(held)))).toEqual(response);
  });

  it("MarkScanned returns the source of each item as given, and none for absent items", async () => {
    const { CLAIMED_BY_PAGE, OBSERVED_BY_GATEWAY, UNSPECIFIED } = ContextSource;
    const requester = RequesterContext.fromPartial({
      ...{ ipAddress: "192.0.2.1", ipAddressSource: OBSERVED_BY_GATEWAY },
      ...{ userAgent: "Firefox", userAgentSource: CLAIMED_BY_PAGE },
      // None of its characters are visible.
      ...{ deviceName: " \u200B\u2060 ", deviceNameSource: CLAIMED_BY_PAGE },
      locationSource: CLAIMED_BY_PAGE,
    });
    const held = await createTestTicket(shop, {
      requester,
      customData: { note: "x" },
      customDataSource: CLAIMED_BY_PAGE,
    });
    const response = responseOrThrow(await alice.markScanned(scannedById(held)));
    expect(response.requester).toEqual({
      ...requester,
      deviceName: "",
      deviceNameSource: UNSPECIFIED,
      locationSource: UNSPECIFIED,
    });
    expect(response.customDataSource).toBe(CLAIMED_BY_PAGE);
    const bare = await createTestTicket(shop, { customDataSource: CLAIMED_BY_PAGE });
    const { requester: empty, customDataSource } = responseOrThrow(
      await alice.markScanned(scannedById(bare)),
    );
    expect([empty, customDataSource]).toEqual([RequesterContext.fromPartial({}), UNSPECIFIED]);
  });

  it("MarkScanned accepts the older field expiresIn", async () => {
    const held = await createTestTicket(shop);
    const { expireAt: _, ...content } = JSON.parse(held.qrContent);
    expect(
      (await alice.markScanned(scannedByText(JSON.stringify({ ...content, expiresIn: "120" })))).code,
    ).toBe("OK");
  });

  it("Authorize starts the authorized lifetime, and changes nothing when repeated", async () => {
    const held = await createScannedTicket(shop, alice);
    clock.advance(60_000);
    const expected = { state: TicketState.AUTHORIZED, revision: 3, checkCode: "" };
    expect(responseOrThrow(await alice.authorize(held))).toEqual(expected);
    expect(responseOrThrow(await alice.authorize(held))).toEqual(expected);
    const { status: now } = responseOrThrow(await shop.getStatus(held));
    expect(now?.remainingDuration).toEqual({ seconds: 300, nanos: 0 });
    expect(now?.exchangeTicket).toBe(exchangeTicketOf(held.ticketId, held.ticketSecret));
  });

  it("Cancel and Withdraw end the ticket, and change nothing when repeated", async () => {
    const cancelled = await createScannedTicket(shop, alice);
    for (let twice = 0; twice < 2; twice++) {
      expect(responseOrThrow(await alice.cancel(cancelled))).toEqual({
        state: TicketState.CANCELLED,
        revision: 3,
      });
    }
    const withdrawn = await createTestTicket(shop);
    for (let twice = 0; twice < 2; twice++) {
      expect(responseOrThrow(await shop.withdraw(withdrawn))).toEqual({
        state: TicketState.CANCELLED,
        revision: 2,
      });
    }
    const reasons = [cancelled, withdrawn].map(
      async (held) => responseOrThrow(await shop.getStatus(held)).status?.cancelReason,
    );
    expect(await Promise.all(reasons)).toEqual([
      CancelReason.CANCELLED_BY_APPROVER,
      CancelReason.WITHDRAWN_BY_CREATOR,
    ]);
  });

  it("ExchangeUserInfo returns the user who has signed in", async () => {
    const response = responseOrThrow(await shop.exchangeUserInfo(await createAuthorizedTicket(shop, alice)));
    expect(response.user?.userId).toBe("subject-of-alice");
  });

  it("GetSigningKeys returns the public keys of the tokens that apps receive", async () => {
    const { issuer, jwks } = responseOrThrow(await shop.getSigningKeys());
    expect(issuer).toBe("https://login.example.com/");
    const key = { kty: "EC", crv: "P-256", alg: "ES256", use: "sig", kid: expect.any(String) };
    expect(JSON.parse(jwks)).toEqual({ keys: [{ ...key, x: expect.any(String), y: expect.any(String) }] });
  });
});
