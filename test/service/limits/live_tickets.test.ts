import { expect, it } from "vitest";
import { defaultPolicy } from "../../../src/domain/policy.js";
import type { Ticket } from "../../../src/domain/ticket.js";
import { createLiveTickets } from "../../../src/service/limits/live_tickets.js";
import { createManualClock } from "../../support/clock.js";
import { ticketIn } from "../../support/tickets.js";
import { expectLimit } from "./limits_fixture.js";

const limits = { ...defaultPolicy.limits, ticketsPerScreen: 2 };

/** Creates the live tickets of a screen, in a store that writes no expiry. */
function createScreen() {
  const clock = createManualClock();
  const stored = new Map<string, Ticket>();
  const live = createLiveTickets({
    ...{ name: "screen", setting: "ticketsPerScreen", tickets: "codes", clock },
    read: async (id) => stored.get(id),
    counts: ({ state }) => state === "PENDING",
  });
  const add = (id: string, expiresIn: number) =>
    live.add("screen", limits, id, async () => {
      const ticket = { ...ticketIn("PENDING"), id, expiresAt: clock.now() + expiresIn };
      stored.set(id, ticket);
      return ticket;
    });
  return { clock, stored, add };
}

it("a ticket whose time has run out makes room, even if no store has written that it expired", async () => {
  const { clock, add } = createScreen();
  await add("long", 600_000);
  await add("short", 30_000);
  expect(await expectLimit(add("next", 30_000), "screen")).toBe(30_000);
  clock.advance(30_000);
  await add("next", 30_000);
  await expectLimit(add("another", 30_000), "screen");
});

it("a ticket that a store has lost makes room", async () => {
  const { stored, add } = createScreen();
  await add("first", 600_000);
  await add("second", 600_000);
  stored.delete("first");
  await add("third", 600_000);
  await expectLimit(add("fourth", 600_000), "screen");
});

it("a ticket that is removed makes room without a read of the store", async () => {
  const reads: string[] = [];
  const live = createLiveTickets({
    ...{ name: "screen", setting: "ticketsPerScreen", tickets: "codes", clock: createManualClock() },
    read: async (id) => void reads.push(id),
    counts: () => true,
  });
  const add = (id: string) => live.add("screen", limits, id, async () => ({ ...ticketIn("PENDING"), id }));
  await add("first");
  await add("second");
  live.remove("screen", "first");
  live.remove("another screen", "second");
  await add("third");
  expect(reads).toEqual([]);
});
