import { describe, expect, it } from "vitest";
import type { CreatorCapability, PhoneCapability } from "../../gen/qrlogin/v1/qr_login_service.js";
import { CancelReason, TicketState } from "../../gen/qrlogin/v1/ticket.js";
import { exchangeTicketOf } from "../../src/domain/secrets.js";
import {
  asApp,
  callersOf,
  checkCodeSettings,
  createAuthorizedTicket,
  createAwaitingTicket,
  createScannedTicket,
  createTestTicket,
  responseOrThrow,
  scannedById,
  watchOf,
  wrongCodeFor,
} from "../support/callers.js";
import { expectError } from "../support/expect_error.js";
import {
  alice,
  bob,
  clock,
  delayReads,
  failStore,
  server,
  shop,
  useTestServer,
} from "../support/test_server.js";

useTestServer({ settings: checkCodeSettings });

const statusOf = async (ticket: { ticketId: string; ticketSecret: string }) =>
  responseOrThrow(await shop.getStatus(ticket)).status;

describe("a sign-in with a check code", () => {
  it("the phone learns at the scan that it will show a code, and how many digits it has", async () => {
    const ticket = await createTestTicket(shop);
    const { state, checkCodeDigits } = responseOrThrow(await alice.markScanned(scannedById(ticket)));
    expect([state, checkCodeDigits]).toEqual([TicketState.SCANNED, 6]);
  });

  it("Authorize returns the code and the new state, and the same when repeated", async () => {
    const ticket = await createScannedTicket(shop, alice);
    const first = responseOrThrow(await alice.authorize(ticket));
    expect(first).toEqual({
      state: TicketState.AWAITING_CHECK_CODE,
      revision: 3,
      checkCode: expect.stringMatching(/^[0-9]{6}$/),
      remainingDuration: { seconds: 120, nanos: 0 },
    });
    expect(responseOrThrow(await alice.authorize(ticket))).toEqual(first);
  });

  it("the status tells the website to ask for the code, and contains neither it nor the exchange ticket", async () => {
    const { checkCode, ...ticket } = await createAwaitingTicket(shop, alice);
    const status = await statusOf(ticket);
    expect(status).toMatchObject({
      ...{ state: TicketState.AWAITING_CHECK_CODE, revision: 3, exchangeTicket: "" },
      ...{ checkCodeDigits: 6, checkCodeAttemptsLeft: 3 },
    });
    expect(JSON.stringify(status)).not.toContain(checkCode);
  });

  it("SubmitCheckCode authorizes the ticket, and changes nothing when repeated", async () => {
    const ticket = await createAwaitingTicket(shop, alice);
    clock.advance(20_000);
    const expected = { state: TicketState.AUTHORIZED, revision: 4 };
    expect(responseOrThrow(await shop.submitCheckCode(ticket))).toEqual(expected);
    expect(responseOrThrow(await shop.submitCheckCode(ticket))).toEqual(expected);
    expect(await statusOf(ticket)).toMatchObject({
      ...{ state: TicketState.AUTHORIZED, remainingDuration: { seconds: 300, nanos: 0 } },
      ...{ checkCodeDigits: 0, checkCodeAttemptsLeft: 0, exchangeTicket: expect.stringContaining(".") },
    });
  });

  it("after the right code, Authorize returns no code any more", async () => {
    const ticket = await createAwaitingTicket(shop, alice);
    responseOrThrow(await shop.submitCheckCode(ticket));
    expect(responseOrThrow(await alice.authorize(ticket))).toEqual({
      ...{ state: TicketState.AUTHORIZED, revision: 4, checkCode: "" },
    });
  });

  it("the exchange after the right code returns the user", async () => {
    const { user } = responseOrThrow(await shop.exchangeUserInfo(await createAuthorizedTicket(shop, alice)));
    expect(user?.userId).toBe("subject-of-alice");
  });

  it("a wrong code has the attempts that are left in its error, and the third cancels the ticket", async () => {
    const ticket = await createAwaitingTicket(shop, alice);
    const watch = watchOf(server.client, asApp("shop"), ticket);
    expect((await watch.next())?.checkCodeAttemptsLeft).toBe(3);
    const wrong = { ...ticket, checkCode: wrongCodeFor(ticket.checkCode) };
    for (const attemptsLeft of [2, 1]) {
      const state = "AWAITING_CHECK_CODE";
      expectError(await shop.submitCheckCode(wrong), "INVALID_ARGUMENT", "CHECK_CODE_MISMATCH", {
        state,
        attemptsLeft,
      });
      expect((await watch.next())?.checkCodeAttemptsLeft).toBe(attemptsLeft);
    }
    const last = { state: "CANCELLED", attemptsLeft: 0 };
    expectError(await shop.submitCheckCode(wrong), "INVALID_ARGUMENT", "CHECK_CODE_MISMATCH", last);
    expect(await watch.next()).toMatchObject({
      ...{ state: TicketState.CANCELLED, cancelReason: CancelReason.CHECK_CODE_FAILED },
      ...{ checkCodeDigits: 0, checkCodeAttemptsLeft: 0 },
    });
    expect((await watch.ended).code).toBe("OK");
    expectError(await shop.submitCheckCode(ticket), "FAILED_PRECONDITION", "TICKET_CANCELLED", {
      state: "CANCELLED",
    });
    expectError(await alice.authorize(ticket), "FAILED_PRECONDITION", "TICKET_CANCELLED", {
      state: "CANCELLED",
    });
  });

  it("of fifty wrong codes at once over several connections, exactly three count", async () => {
    const ticket = await createAwaitingTicket(shop, alice);
    const wrong = { ...ticket, checkCode: wrongCodeFor(ticket.checkCode) };
    delayReads();
    const clients = Array.from({ length: 5 }, () => callersOf(server.newClient()).app("shop"));
    const results = await Promise.all(
      Array.from({ length: 10 }, () => clients.map((client) => client.submitCheckCode(wrong))).flat(),
    );
    const count = (wanted: string) => results.filter(({ reason }) => reason === wanted).length;
    expect([count("CHECK_CODE_MISMATCH"), count("TICKET_CANCELLED")]).toEqual([3, 47]);
    expect((await statusOf(ticket))?.revision).toBe(6);
  });

  it("the scanner may decline while the website waits for the code", async () => {
    const ticket = await createAwaitingTicket(shop, alice);
    expect(responseOrThrow(await alice.cancel(ticket)).state).toBe(TicketState.CANCELLED);
    expectError(await shop.submitCheckCode(ticket), "FAILED_PRECONDITION", "TICKET_CANCELLED", {
      state: "CANCELLED",
    });
  });

  it("the user has a minute for the code, even if the ticket was about to expire", async () => {
    const ticket = await createScannedTicket(shop, alice);
    clock.advance(119_000);
    const { checkCode } = responseOrThrow(await alice.authorize(ticket));
    expect((await statusOf(ticket))?.remainingDuration).toEqual({ seconds: 60, nanos: 0 });
    clock.advance(59_999);
    expect(responseOrThrow(await shop.submitCheckCode({ ...ticket, checkCode })).state).toBe(
      TicketState.AUTHORIZED,
    );
  });

  it("a code that comes after its minute is too late", async () => {
    const ticket = await createScannedTicket(shop, alice);
    clock.advance(119_000);
    const { checkCode } = responseOrThrow(await alice.authorize(ticket));
    clock.advance(60_000);
    const late = await shop.submitCheckCode({ ...ticket, checkCode });
    expectError(late, "FAILED_PRECONDITION", "TICKET_EXPIRED", { state: "EXPIRED" });
  });
});

describe("the error of a check code", () => {
  it.each(["", "123", "1234567", "12a4", " 1234", "１２３４", "12.4", "-123"])(
    "a text that is not 4 to 6 digits is invalid and does not count as an attempt: %j",
    async (checkCode) => {
      const ticket = await createAwaitingTicket(shop, alice);
      const result = await shop.submitCheckCode({ ...ticket, checkCode });
      expectError(result, "INVALID_ARGUMENT", "INVALID_REQUEST", { fields: ["check_code"] });
      expect(await statusOf(ticket)).toMatchObject({ revision: 3, checkCodeAttemptsLeft: 3 });
    },
  );

  it("an address that is none is invalid, and does not count as an attempt", async () => {
    const ticket = await createAwaitingTicket(shop, alice);
    const result = await shop.submitCheckCode({ ...ticket, ipAddress: "localhost" });
    expectError(result, "INVALID_ARGUMENT", "INVALID_REQUEST", { fields: ["ip_address"] });
    expect((await statusOf(ticket))?.revision).toBe(3);
  });

  it("the fields are checked before the ticket, and the ticket secret before the code", async () => {
    const { checkCode, ...ticket } = await createAwaitingTicket(shop, alice);
    const stranger = { ...ticket, ticketSecret: "not-the-secret" };
    expectError(
      await shop.submitCheckCode({ ...stranger, checkCode: "x" }),
      "INVALID_ARGUMENT",
      "INVALID_REQUEST",
      {
        fields: ["check_code"],
      },
    );
    for (const code of [checkCode, wrongCodeFor(checkCode)]) {
      const result = await shop.submitCheckCode({ ...stranger, checkCode: code });
      expectError(result, "NOT_FOUND", "TICKET_NOT_FOUND");
    }
    const otherApp = callersOf(server.client).app("blog");
    expectError(await otherApp.submitCheckCode({ ...ticket, checkCode }), "NOT_FOUND", "TICKET_NOT_FOUND");
    expect((await statusOf(ticket))?.revision).toBe(3);
  });

  it("a code for a ticket that was not approved is not expected", async () => {
    const ticket = await createTestTicket(shop);
    const notExpected = async (state: string) => {
      const result = await shop.submitCheckCode({ ...ticket, checkCode: "000000" });
      expectError(result, "FAILED_PRECONDITION", "CHECK_CODE_NOT_EXPECTED", { state });
    };
    await notExpected("PENDING");
    responseOrThrow(await alice.markScanned(scannedById(ticket)));
    await notExpected("SCANNED");
  });

  it("an exchange before the code is rejected with the state that says what is missing", async () => {
    const { ticketId, ticketSecret } = await createAwaitingTicket(shop, alice);
    const early = await shop.exchangeUserInfo({ exchangeTicket: exchangeTicketOf(ticketId, ticketSecret) });
    const state = "AWAITING_CHECK_CODE";
    expectError(early, "FAILED_PRECONDITION", "TICKET_NOT_AUTHORIZED", { state });
  });

  it("a fault of the store makes a code neither right nor wrong", async () => {
    const ticket = await createAwaitingTicket(shop, alice);
    failStore({ replace: () => Promise.reject(new Error("the disk is full")) });
    for (const checkCode of [ticket.checkCode, wrongCodeFor(ticket.checkCode)]) {
      expectError(await shop.submitCheckCode({ ...ticket, checkCode }), "INTERNAL", "INTERNAL");
    }
    failStore();
    expect(responseOrThrow(await shop.submitCheckCode(ticket)).state).toBe(TicketState.AUTHORIZED);
  });
});

describe("callers that do not know check codes", () => {
  it("a creator that does not state the capability gets no ticket", async () => {
    for (const capabilities of [[], [0, 99], [2]] as CreatorCapability[][]) {
      expectError(await shop.createTicket({ capabilities }), "FAILED_PRECONDITION", "POLICY_NOT_SUPPORTED");
    }
  });

  it("a creator's wrong fields are reported before its missing capability", async () => {
    expectError(await shop.createTicket({ scene: "?" }), "INVALID_ARGUMENT", "INVALID_REQUEST", {
      fields: ["scene"],
    });
  });

  it("a phone that does not state the capability changes nothing", async () => {
    const ticket = await createTestTicket(shop);
    for (const capabilities of [[], [0, 99]] as PhoneCapability[][]) {
      const result = await alice.markScanned(scannedById(ticket), capabilities);
      expectError(result, "FAILED_PRECONDITION", "PHONE_TOO_OLD");
    }
    expect((await statusOf(ticket))?.revision).toBe(1);
    responseOrThrow(await bob.markScanned(scannedById(ticket)));
  });

  it.each([16, 17])("capabilities of later releases are ignored, up to sixteen: %i", async (length) => {
    const capabilities = [1, ...Array.from({ length: length - 1 }, (_, index) => 100 + index)] as 1[];
    const tooMany = { fields: ["capabilities"] };
    const created = await shop.createTicket({ capabilities });
    const ticket = await createTestTicket(shop);
    const scanned = await alice.markScanned(scannedById(ticket), capabilities);
    if (length > 16) {
      expectError(created, "INVALID_ARGUMENT", "INVALID_REQUEST", tooMany);
      expectError(scanned, "INVALID_ARGUMENT", "INVALID_REQUEST", tooMany);
    } else expect([created.code, scanned.code]).toEqual(["OK", "OK"]);
  });
});
