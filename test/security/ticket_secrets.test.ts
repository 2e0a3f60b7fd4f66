import { describe, expect, it } from "vitest";
import { createAuthorizedTicket, responseOrThrow } from "../support/callers.js";
import { alice, shop, useTestServer, writtenTickets } from "../support/test_server.js";

useTestServer();

type Authorized = Awaited<ReturnType<typeof createAuthorizedTicket>>;

/** Returns the digest of the ticket secret in the store. */
function storedDigest(): string {
  const ticket = writtenTickets.at(-1);
  if (ticket?.state !== "AUTHORIZED")
    throw new Error("the last ticket that was written is not the authorized one");
  return ticket.exchangeDigest;
}

const spareBitSet = (text: string) => `${text.slice(0, -1)}${String.fromCharCode(text.charCodeAt(42) + 1)}`;

/** Texts that resemble a ticket secret. */
const notTheSecret: Readonly<Record<string, (held: Authorized) => string>> = {
  "the exchange ticket": ({ exchangeTicket }) => exchangeTicket,
  "the second half of the exchange ticket": ({ exchangeTicket }) => exchangeTicket.slice(23),
  "the digest in the store": storedDigest,
  "the ticket id": ({ ticketId }) => ticketId,
  "the secret with padding": ({ ticketSecret }) => `${ticketSecret}=`,
  "the secret with its spare bits set": ({ ticketSecret }) => spareBitSet(ticketSecret),
  "the secret in the alphabet of plain base64": ({ ticketSecret }) =>
    Buffer.from(ticketSecret, "base64url").toString("base64").slice(0, -1),
  "the secret in hexadecimal": ({ ticketSecret }) => Buffer.from(ticketSecret, "base64url").toString("hex"),
  "the secret with a space before": ({ ticketSecret }) => ` ${ticketSecret}`,
  "the secret with a line end": ({ ticketSecret }) => `${ticketSecret}\n`,
  "the secret with a NUL": ({ ticketSecret }) => `${ticketSecret}\0`,
  "the secret without its last character": ({ ticketSecret }) => ticketSecret.slice(0, -1),
  "the secret with a character more": ({ ticketSecret }) => `${ticketSecret}A`,
  "the secret twice": ({ ticketSecret }) => `${ticketSecret}${ticketSecret}`,
};

/**
 * Creates an authorized ticket whose secret contains a character that differs between the two alphabets of
 * base64.
 */
async function authorizedTicket(): Promise<Authorized> {
  for (;;) {
    const held = await createAuthorizedTicket(shop, alice);
    if (/[-_]/.test(held.ticketSecret)) return held;
  }
}

describe("a ticket secret", () => {
  it.each(Object.keys(notTheSecret))(
    "a ticket secret cannot be replaced by %s in GetStatus, WatchStatus and Withdraw",
    async (name) => {
      const held = await authorizedTicket();
      const ticketSecret = notTheSecret[name]?.(held) ?? "";
      expect(ticketSecret).not.toBe(held.ticketSecret);
      for (const call of ["getStatus", "watchStatus", "withdraw"] as const) {
        const { code, reason } = await shop[call]({ ticketId: held.ticketId, ticketSecret });
        expect([call, code, reason]).toEqual([call, "NOT_FOUND", "TICKET_NOT_FOUND"]);
      }
      expect(responseOrThrow(await shop.getStatus(held)).status?.exchangeTicket).toBe(held.exchangeTicket);
    },
  );
});

describe("an exchange ticket", () => {
  it.each([
    ["the digest in the store", storedDigest],
    ["the ticket secret", ({ ticketSecret }: Authorized) => ticketSecret],
  ])("an exchange ticket cannot be made from %s", async (_, proof) => {
    const held = await authorizedTicket();
    const exchangeTicket = `${held.ticketId}.${proof(held)}`;
    const { code, reason } = await shop.exchangeUserInfo({ exchangeTicket });
    expect([code, reason]).toEqual(["NOT_FOUND", "TICKET_NOT_FOUND"]);
    expect((await shop.exchangeUserInfo(held)).code).toBe("OK");
  });
});
