import { describe, expect, it } from "vitest";
import { exchangeTicketOf, newTicketId } from "../../src/domain/secrets.js";
import type { ErrorReason } from "../../src/domain/ticket_error.js";
import {
  type CallResult,
  type Calls,
  type CreatedTicket,
  callersOf,
  createAuthorizedTicket,
  createScannedTicket,
  createTestTicket,
  responseOrThrow,
  scannedById,
  scannedByText,
} from "../support/callers.js";
import { expectError } from "../support/expect_error.js";
import { alice, bob, clock, server, shop, useTestServer } from "../support/test_server.js";
import { signToken, staff } from "../support/tokens.js";

useTestServer();

type MethodName = "markScanned" | "authorize" | "cancel" | "withdraw" | "exchangeUserInfo";

function callMethod(way: MethodName, held: CreatedTicket): Promise<CallResult<unknown>> {
  switch (way) {
    case "markScanned":
      return alice.markScanned(scannedById(held));
    case "withdraw":
      return shop.withdraw(held);
    case "exchangeUserInfo":
      return shop.exchangeUserInfo({ exchangeTicket: exchangeTicketOf(held.ticketId, held.ticketSecret) });
    default:
      return alice[way](held);
  }
}

const ticketsByState: Readonly<Record<string, () => Promise<CreatedTicket>>> = {
  PENDING: () => createTestTicket(shop),
  SCANNED: () => createScannedTicket(shop, alice),
  AUTHORIZED: () => createAuthorizedTicket(shop, alice),
  async EXCHANGED() {
    const held = await createAuthorizedTicket(shop, alice);
    responseOrThrow(await callMethod("exchangeUserInfo", held));
    return held;
  },
  async "CANCELLED by the approver"() {
    const held = await createScannedTicket(shop, alice);
    responseOrThrow(await alice.cancel(held));
    return held;
  },
  async "CANCELLED by the creator"() {
    const held = await createScannedTicket(shop, alice);
    responseOrThrow(await shop.withdraw(held));
    return held;
  },
  async EXPIRED() {
    const held = await createScannedTicket(shop, alice);
    clock.advance(120_000);
    return held;
  },
};

const stateErrors: readonly (readonly [string, MethodName, ErrorReason])[] = [
  ["PENDING", "authorize", "TICKET_NOT_SCANNED"],
  ["PENDING", "cancel", "TICKET_NOT_SCANNED"],
  ["PENDING", "exchangeUserInfo", "TICKET_NOT_AUTHORIZED"],
  ["SCANNED", "exchangeUserInfo", "TICKET_NOT_AUTHORIZED"],
  ["AUTHORIZED", "cancel", "TICKET_ALREADY_AUTHORIZED"],
  ["EXCHANGED", "markScanned", "TICKET_ALREADY_EXCHANGED"],
  ["EXCHANGED", "authorize", "TICKET_ALREADY_EXCHANGED"],
  ["EXCHANGED", "cancel", "TICKET_ALREADY_EXCHANGED"],
  ["EXCHANGED", "withdraw", "TICKET_ALREADY_EXCHANGED"],
  ["EXCHANGED", "exchangeUserInfo", "TICKET_ALREADY_EXCHANGED"],
  ["CANCELLED by the approver", "markScanned", "TICKET_CANCELLED"],
  ["CANCELLED by the approver", "authorize", "TICKET_CANCELLED"],
  ["CANCELLED by the approver", "withdraw", "TICKET_CANCELLED"],
  ["CANCELLED by the approver", "exchangeUserInfo", "TICKET_CANCELLED"],
  ["CANCELLED by the creator", "markScanned", "TICKET_CANCELLED"],
  ["CANCELLED by the creator", "cancel", "TICKET_CANCELLED"],
  ["EXPIRED", "markScanned", "TICKET_EXPIRED"],
  ["EXPIRED", "authorize", "TICKET_EXPIRED"],
  ["EXPIRED", "cancel", "TICKET_EXPIRED"],
  ["EXPIRED", "withdraw", "TICKET_EXPIRED"],
  ["EXPIRED", "exchangeUserInfo", "TICKET_EXPIRED"],
];

describe("an error caused by the state", () => {
  it.each(stateErrors)(
    "an error caused by the state has it in its metadata: %s, %s fails with %s",
    async (state, way, reason) => {
      const held = await ticketsByState[state]?.();
      if (!held) throw new Error(`no ticket is prepared for the state ${state}`);
      expectError(await callMethod(way, held), "FAILED_PRECONDITION", reason, { state: state.split(" ")[0] });
    },
  );
});

describe("an error caused by the caller or the QR code has no state", () => {
  it("TICKET_NOT_FOUND is the same for an unknown ticket, a wrong secret and another app", async () => {
    const held = await createScannedTicket(shop, alice);
    const unknown = { ...held, ticketId: newTicketId() };
    const wrong = { ...held, ticketSecret: held.ticketSecret.toLowerCase() };
    const blog = callersOf(server.client).app("blog");
    for (const call of ["getStatus", "watchStatus", "withdraw"] as const) {
      for (const answer of [await shop[call](unknown), await shop[call](wrong), await blog[call](held)]) {
        expectError(answer, "NOT_FOUND", "TICKET_NOT_FOUND");
      }
    }
    for (const call of ["markScanned", "authorize", "cancel", "exchangeUserInfo"] as const) {
      expectError(await callMethod(call, unknown), "NOT_FOUND", "TICKET_NOT_FOUND");
    }
  });

  it("TICKET_NOT_FOUND is the error once the retention of a finished ticket is over", async () => {
    const held = await createTestTicket(shop);
    responseOrThrow(await shop.withdraw(held));
    clock.advance(600_000);
    expectError(await shop.getStatus(held), "NOT_FOUND", "TICKET_NOT_FOUND");
  });

  it("SCANNED_BY_ANOTHER_USER is the error for every user except the scanner", async () => {
    const held = await createScannedTicket(shop, alice);
    for (const answer of [
      await bob.markScanned(scannedById(held)),
      await bob.authorize(held),
      await bob.cancel(held),
    ]) {
      expectError(answer, "PERMISSION_DENIED", "SCANNED_BY_ANOTHER_USER");
    }
  });

  it("PROOF_INVALID is the error for a wrong code verifier", async () => {
    const ticket = await createAuthorizedTicket(shop, alice);
    const answer = await shop.exchangeUserInfo({
      ...ticket,
      codeVerifier: "an unexpected code verifier",
    });
    expectError(answer, "PERMISSION_DENIED", "PROOF_INVALID");
  });

  it.each([
    ["an address", () => "https://example.com/"],
    ["text that is no JSON", () => "{"],
    ["more than 4,096 characters", ({ qrContent }: CreatedTicket) => qrContent + " ".repeat(4_096)],
    ["another scene", ({ qrContent }: CreatedTicket) => qrContent.replace("APP_AUTH", "WEB_AUTH")],
    ["another pool", ({ qrContent }: CreatedTicket) => qrContent.replace('"customers"', '"staff"')],
    ["no pool", ({ qrContent }: CreatedTicket) => qrContent.replace("userPoolId", "userPool")],
  ])(
    "QR_CONTENT_INVALID is the error for a scanned text that does not fit the ticket: %s",
    async (_title, textOf) => {
      const held = await createTestTicket(shop);
      expectError(
        await alice.markScanned(scannedByText(textOf(held))),
        "INVALID_ARGUMENT",
        "QR_CONTENT_INVALID",
      );
      expect(responseOrThrow(await shop.getStatus(held)).status?.revision).toBe(1);
    },
  );
});

describe("the order of checks", () => {
  it("checks the credential before the fields", async () => {
    const unauthenticated = callersOf(server.client).user("not.a.token");
    expectError(await unauthenticated.authorize({ ticketId: "" }), "UNAUTHENTICATED", "USER_UNAUTHENTICATED");
  });

  it("checks the pool before the scanner, and the scanner before the state", async () => {
    const { app, user } = callersOf(server.client);
    const intranet = app("intranet");
    const dora = user(await signToken("dora", staff));
    const erik = user(await signToken("erik", staff));
    // The ticket was scanned by dora and is finished. So alice has the wrong pool, is not the scanner and is
    // too late; for erik only the last two apply.
    const held = await createScannedTicket(intranet, dora);
    responseOrThrow(await intranet.withdraw(held));
    for (const way of ["markScanned", "authorize", "cancel"] as const) {
      const call = (by: Calls) => (way === "markScanned" ? by.markScanned(scannedById(held)) : by[way](held));
      expectError(await call(alice), "PERMISSION_DENIED", "USER_POOL_MISMATCH");
      expectError(await call(erik), "PERMISSION_DENIED", "SCANNED_BY_ANOTHER_USER");
      expectError(await call(dora), "FAILED_PRECONDITION", "TICKET_CANCELLED", { state: "CANCELLED" });
    }
  });

  it("checks the app before the proof, and the proof before the state", async () => {
    const held = await createTestTicket(shop);
    const exchangeTicket = exchangeTicketOf(held.ticketId, held.ticketSecret);
    const wrong = { exchangeTicket, codeVerifier: "an unexpected code verifier" };
    const blog = callersOf(server.client).app("blog");
    expectError(await blog.exchangeUserInfo(wrong), "NOT_FOUND", "TICKET_NOT_FOUND");
    expectError(await shop.exchangeUserInfo(wrong), "PERMISSION_DENIED", "PROOF_INVALID");
    const right = await shop.exchangeUserInfo({ exchangeTicket });
    expectError(right, "FAILED_PRECONDITION", "TICKET_NOT_AUTHORIZED", { state: "PENDING" });
  });
});
