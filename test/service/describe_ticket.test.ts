import { expect, it } from "vitest";
import type { Ticket } from "../../src/domain/ticket.js";
import { createDescribeTicket } from "../../src/service/describe_ticket.js";
import type { TicketStore } from "../../src/store/ticket_store.js";
import { StoreUnavailableError } from "../../src/store/ticket_store.js";
import { createManualClock } from "../support/clock.js";
import { lifetimes, ticketIn } from "../support/tickets.js";

const clock = createManualClock();
const { signal } = new AbortController();

/** Describes a ticket in a store that can only be read. */
function describe(get: TicketStore["get"], ticket: Ticket) {
  const store = { get } as TicketStore;
  const search = { find: async () => ({ id: undefined, isComplete: false }) };
  return createDescribeTicket({ store, clock, lifetimes }, search)({ ticketId: ticket.id }, signal);
}

it("a ticket whose time has run out is described as expired without a write", async () => {
  const ticket = ticketIn("SCANNED", { expiresAt: clock.now() });
  expect(await describe(async () => ticket, ticket)).toMatchObject({
    ...{ state: "EXPIRED", isScanned: true, expiresAt: undefined, endedAt: clock.now() },
    purgeAt: clock.now() + lifetimes.retention,
  });
});

it("a store that is unreachable is reported as such, and never as an unknown ticket", async () => {
  const get = async () => {
    throw new StoreUnavailableError("away");
  };
  await expect(describe(get, ticketIn("PENDING"))).rejects.toMatchObject({ reason: "STORE_UNAVAILABLE" });
});

it("a search that gave up says so and what to do", async () => {
  const search = { find: async () => ({ id: undefined, isComplete: false }) };
  const describeTicket = createDescribeTicket({ store: {} as TicketStore, clock, lifetimes }, search);
  await expect(describeTicket({ logId: "a".repeat(12) }, signal)).rejects.toMatchObject({
    reason: "TICKET_NOT_FOUND",
    message: expect.stringContaining("pass the ticket id"),
  });
});
