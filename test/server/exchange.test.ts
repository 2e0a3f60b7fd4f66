import { describe, expect, it } from "vitest";
import { sha256 } from "../../src/domain/secrets.js";
import {
  callersOf,
  createAuthorizedTicket,
  createScannedTicket,
  responseOrThrow,
} from "../support/callers.js";
import { alice, clock, delayReads, server, shop, useTestServer } from "../support/test_server.js";

useTestServer();

const codeVerifier = "a-code-verifier-of-at-least-43-characters-000";
const codeChallenge = sha256(codeVerifier);

describe("ExchangeUserInfo", () => {
  it("returns the user, and when and how the approval was made", async () => {
    const approvedAt = clock.now();
    const ticket = await createAuthorizedTicket(shop, alice);
    clock.advance(5_000);
    expect(responseOrThrow(await shop.exchangeUserInfo(ticket))).toEqual({
      user: {
        userId: "subject-of-alice",
        nickname: "alice-nick",
        name: "alice Full-Name",
        photoUrl: "https://img.example.com/alice.png",
        email: "alice@mail.example.com",
        emailVerified: true,
        phone: "+351 210 000 000",
        phoneVerified: true,
        claims: { department: { name: "department-of-alice", floors: [1, 2] } },
      },
      userPoolId: "customers",
      approval: {
        approveTime: new Date(approvedAt),
        issuer: "https://id.example.com/",
        subject: "subject-of-alice",
        clientId: "mobile-client",
        authTime: new Date(1_700_000_000_000),
        authenticationMethods: ["pwd", "otp"],
        authenticationContext: "loa-2",
      },
      // See token_set.test.ts.
      tokenSet: expect.objectContaining({ idToken: expect.any(String), accessToken: expect.any(String) }),
    });
  });

  it("lets exactly one of 200 concurrent calls succeed and fails the others with TICKET_ALREADY_EXCHANGED", async () => {
    const ticket = await createAuthorizedTicket(shop, alice);
    delayReads();
    const clients = Array.from({ length: 4 }, () => callersOf(server.newClient()).app("shop"));
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => clients.map((client) => client.exchangeUserInfo(ticket))).flat(),
    );
    const winners = answers.filter(({ code }) => code === "OK");
    const losers = answers.filter(
      ({ code, reason }) => code === "FAILED_PRECONDITION" && reason === "TICKET_ALREADY_EXCHANGED",
    );
    expect([winners.length, losers.length]).toEqual([1, 199]);
    expect(losers.every(({ currentState }) => currentState === "EXCHANGED")).toBe(true);
  });

  it("does not exchange the ticket with a wrong or missing code verifier", async () => {
    const ticket = await createAuthorizedTicket(shop, alice, { codeChallenge });
    for (const wrong of [`${codeVerifier}x`, "", codeChallenge]) {
      const answer = await shop.exchangeUserInfo({ ...ticket, codeVerifier: wrong });
      expect([answer.code, answer.reason]).toEqual(["PERMISSION_DENIED", "PROOF_INVALID"]);
    }
    const answer = await shop.exchangeUserInfo({ ...ticket, codeVerifier });
    expect(answer.code).toBe("OK");
  });

  it("rejects a code verifier for a ticket without a challenge, and does not exchange it", async () => {
    const ticket = await createAuthorizedTicket(shop, alice);
    const answer = await shop.exchangeUserInfo({ ...ticket, codeVerifier });
    expect([answer.code, answer.reason]).toEqual(["PERMISSION_DENIED", "PROOF_INVALID"]);
    expect((await shop.exchangeUserInfo(ticket)).code).toBe("OK");
  });

  it("fails with TICKET_NOT_FOUND for another app, and the ticket's own app can still exchange it", async () => {
    const ticket = await createAuthorizedTicket(shop, alice);
    for (const otherApp of ["blog", "intranet"] as const) {
      const answer = await callersOf(server.client).app(otherApp).exchangeUserInfo(ticket);
      expect([answer.code, answer.reason]).toEqual(["NOT_FOUND", "TICKET_NOT_FOUND"]);
    }
    expect((await shop.exchangeUserInfo(ticket)).code).toBe("OK");
  });

  it("accepts only the canonical form of an exchange ticket", async () => {
    const ticket = await createAuthorizedTicket(shop, alice);
    const { exchangeTicket, ticketId, ticketSecret } = ticket;
    const [, mac = ""] = exchangeTicket.split(".");
    const variants = [
      ...[`${exchangeTicket}=`, `${exchangeTicket}.`, ` ${exchangeTicket}`, `${exchangeTicket}\n`],
      ...[nonCanonicalForm(exchangeTicket), `${nonCanonicalForm(ticketId)}.${mac}`],
      ...[ticketId, mac, `.${mac}`, `${ticketId}.`, `${mac}.${ticketId}`, `${ticketId}.${ticketSecret}`],
      exchangeTicket.replaceAll("-", "+").replaceAll("_", "/").replace(/$/, "="),
      `${ticketId}.${sha256("guess")}`,
    ];
    for (const variant of variants) {
      const answer = await shop.exchangeUserInfo({ exchangeTicket: variant });
      expect([variant, answer.code, answer.reason]).toEqual([variant, "NOT_FOUND", "TICKET_NOT_FOUND"]);
    }
    expect((await shop.exchangeUserInfo(ticket)).code).toBe("OK");
  });

  it("rejects a ticket that its creator withdrew after the approval", async () => {
    const ticket = await createAuthorizedTicket(shop, alice);
    expect((await shop.withdraw(ticket)).code).toBe("OK");
    const answer = await shop.exchangeUserInfo(ticket);
    expect([answer.code, answer.reason, answer.currentState]).toEqual([
      ...["FAILED_PRECONDITION", "TICKET_CANCELLED", "CANCELLED"],
    ]);
  });

  it("accepts the ticket until the last millisecond of its authorized lifetime", async () => {
    const [early, late] = [
      await createAuthorizedTicket(shop, alice),
      await createAuthorizedTicket(shop, alice),
    ];
    clock.advance(299_999);
    expect((await shop.exchangeUserInfo(early)).code).toBe("OK");
    clock.advance(1);
    const answer = await shop.exchangeUserInfo(late);
    expect([answer.code, answer.reason, answer.currentState]).toEqual([
      ...["FAILED_PRECONDITION", "TICKET_EXPIRED", "EXPIRED"],
    ]);
  });

  it("distinguishes an exchanged ticket from an unknown one until its retention ends", async () => {
    const ticket = await createAuthorizedTicket(shop, alice);
    await shop.exchangeUserInfo(ticket);
    clock.advance(599_999);
    expect((await shop.exchangeUserInfo(ticket)).reason).toBe("TICKET_ALREADY_EXCHANGED");
    clock.advance(1);
    expect((await shop.exchangeUserInfo(ticket)).reason).toBe("TICKET_NOT_FOUND");
  });

  it("reports an exchange ticket only between the approval and the exchange", async () => {
    const before = await createScannedTicket(shop, alice);
    expect(responseOrThrow(await shop.getStatus(before)).status?.exchangeTicket).toBe("");
    const after = await createAuthorizedTicket(shop, alice);
    await shop.exchangeUserInfo(after);
    expect(responseOrThrow(await shop.getStatus(after)).status).toMatchObject({
      exchangeTicket: "",
      scannedBy: undefined,
    });
  });
});

/** Returns the same bytes in base64url with other values in the spare bits of the last character. */
function nonCanonicalForm(text: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const last = alphabet.indexOf(text.slice(-1));
  return text.slice(0, -1) + alphabet[last + 1];
}
