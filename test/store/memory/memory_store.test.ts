import { describe, expect, test, vi } from "vitest";
import type { Ticket } from "../../../src/domain/ticket.js";
import { createMemoryStore } from "../../../src/store/memory/memory_store.js";
import { clockSteps, createManualClock, noon } from "../../support/clock.js";
import { lifetimes, nextRevisionOf, ticketIn } from "../../support/tickets.js";
import { describeTicketStore } from "../ticket_store_contract.js";

function createStore(limits: { maxTickets?: number; maxTicketsPerApp?: number } = {}) {
  const clock = createManualClock();
  const store = createMemoryStore({
    clock,
    lifetimes,
    maxTickets: 100_000,
    maxTicketsPerApp: 100_000,
    ...limits,
  });
  return { clock, store };
}

describeTicketStore("the store in memory", async () => ({
  ...createStore(),
  other: undefined,
  release: async () => {},
}));

const lifeOf = (ticket: Ticket) => ticket.expiresAt - noon;

describe("the limits of the store in memory", () => {
  const full = { reason: "TOO_MANY_TICKETS" };

  test("the store in memory limits the number of tickets", async () => {
    const { store } = createStore({ maxTickets: 2 });
    await store.create(ticketIn("PENDING", { appId: "a" }));
    await store.create(ticketIn("PENDING", { appId: "b" }));
    await expect(store.create(ticketIn("PENDING", { appId: "c" }))).rejects.toMatchObject(full);
    expect(store.size).toBe(2);
  });

  test("the store in memory limits the tickets of each app separately", async () => {
    const { store } = createStore({ maxTicketsPerApp: 2 });
    await store.create(ticketIn("PENDING", { appId: "a" }));
    await store.create(ticketIn("PENDING", { appId: "a" }));
    await expect(store.create(ticketIn("PENDING", { appId: "a" }))).rejects.toMatchObject(full);
    await store.create(ticketIn("PENDING", { appId: "b" }));
  });

  test.each([{ maxTickets: 1 }, { maxTicketsPerApp: 1 }])(
    "retained tickets count until they are deleted: %j",
    async (limits) => {
      const { clock, store } = createStore(limits);
      const ticket = ticketIn("PENDING");
      await store.create(ticket);
      clock.advance(lifeOf(ticket));
      expect(await store.get(ticket.id)).toMatchObject({ state: "EXPIRED" });
      await expect(store.create(ticketIn("PENDING"))).rejects.toMatchObject(full);
      clock.advance(lifetimes.retention);
      await store.create(ticketIn("PENDING", { expiresAt: clock.now() + 120_000 }));
    },
  );

  test("a rejected attempt does not count", async () => {
    const { clock, store } = createStore({ maxTickets: 3, maxTicketsPerApp: 1 });
    const ticket = ticketIn("PENDING");
    await store.create(ticket);
    await expect(store.create(ticket)).rejects.toThrow();
    await expect(store.create(ticketIn("PENDING"))).rejects.toMatchObject(full);
    clock.advance(lifeOf(ticket) + lifetimes.retention);
    await store.create(ticketIn("PENDING", { expiresAt: clock.now() + 120_000 }));
    expect(store.size).toBe(1);
  });
});

describe("subscriptions to the store in memory", () => {
  test("subscriptions leave nothing behind after the last one of a ticket", async () => {
    const { store } = createStore();
    const [first, second, other] = ["a", "a", "b"].map((id) => store.subscribe(id, () => {}));
    expect(store.subscribedIds).toBe(2);
    (await first)?.();
    expect(store.subscribedIds).toBe(2);
    (await second)?.();
    expect(store.subscribedIds).toBe(1);
    (await other)?.();
    expect(store.subscribedIds).toBe(0);
  });

  test("ending an earlier subscription a second time does not end a later one", async () => {
    const { store } = createStore();
    const ticket = ticketIn("PENDING");
    await store.create(ticket);
    const unsubscribe = await store.subscribe(ticket.id, () => {});
    unsubscribe();
    const onChange = vi.fn();
    await store.subscribe(ticket.id, onChange);
    unsubscribe();
    await store.replace(nextRevisionOf(ticket), ticket.writeId);
    expect(onChange).toHaveBeenCalledTimes(1);
    expect(store.subscribedIds).toBe(1);
  });

  test("subscriptions end with the store", async () => {
    const { store } = createStore();
    await store.subscribe("a", () => {});
    await store.close();
    expect(store.subscribedIds).toBe(0);
  });
});

describe("the sweep of the store in memory", () => {
  test("the sweep writes the expiry as a transition, with a change notification", async () => {
    const { clock, store } = createStore();
    const ticket = ticketIn("SCANNED");
    await store.create(ticket);
    const onChange = vi.fn();
    await store.subscribe(ticket.id, onChange);
    clock.advance(lifeOf(ticket) - 1);
    expect(onChange).not.toHaveBeenCalled();
    expect(await store.get(ticket.id)).toEqual(ticket);
    clock.advance(1);
    expect(onChange).toHaveBeenCalledTimes(1);
    const expired = await store.get(ticket.id);
    expect(expired).toMatchObject({
      state: "EXPIRED",
      revision: ticket.revision + 1,
      scanner: ticket.scanner,
      scannedBy: undefined,
      purgeAt: clock.now() + lifetimes.retention,
    });
    expect(expired?.writeId).not.toBe(ticket.writeId);
    expect(await store.replace(nextRevisionOf(ticket), ticket.writeId)).toBe(false);
  });

  test("the sweep does not touch a ticket whose lifetime was extended by a write", async () => {
    const { clock, store } = createStore();
    const ticket = ticketIn("SCANNED");
    await store.create(ticket);
    const authorized = nextRevisionOf(ticket, { state: "AUTHORIZED", expiresAt: ticket.expiresAt + 300_000 });
    await store.replace(authorized, ticket.writeId);
    clock.advance(lifeOf(ticket) + 299_999);
    expect(await store.get(ticket.id)).toEqual(authorized);
    clock.advance(1);
    expect(await store.get(ticket.id)).toMatchObject({ state: "EXPIRED" });
  });

  test("the sweep deletes a finished ticket after its retention", async () => {
    const { clock, store } = createStore();
    const cancelled = ticketIn("CANCELLED");
    await store.create(cancelled);
    clock.advance(lifetimes.retention - 1);
    expect(await store.get(cancelled.id)).toEqual(cancelled);
    clock.advance(1);
    expect(await store.get(cancelled.id)).toBeUndefined();
    expect(store.size).toBe(0);
  });

  test("a ticket is not returned after its retention, even if the sweep is late", async () => {
    const { clock, store } = createStore();
    const cancelled = ticketIn("CANCELLED", { purgeAt: noon + 1_500 });
    await store.create(cancelled);
    clock.advance(1_500);
    expect(await store.get(cancelled.id)).toBeUndefined();
    expect(store.size).toBe(1);
    clock.advance(500);
    expect(store.size).toBe(0);
  });

  test("the sweep handles 20,000 tickets that fall due at once in slices", async () => {
    const { clock, store } = createStore();
    const many = 20_000;
    let written = 0;
    for (let i = 0; i < many; i++) {
      const ticket = ticketIn("PENDING");
      await store.create(ticket);
      await store.subscribe(ticket.id, () => {
        written += 1;
      });
    }
    expect(clock.pendingCount).toBe(1);
    let ticks = 0;
    let largest = 0;
    for (let before = 0; clock.runNext(120_000) && before < many; before = written) {
      ticks += 1;
      largest = Math.max(largest, written - before);
      expect(clock.pendingCount).toBeLessThanOrEqual(1);
    }
    expect(written).toBe(many);
    expect(largest).toBeLessThanOrEqual(1_000);
    expect(ticks).toBeGreaterThanOrEqual(20);

    clock.advance(lifetimes.retention + 1_000);
    expect(store.size).toBe(0);
    expect(clock.pendingCount).toBe(0);
  });

  test("the sweep leaves nothing behind after the last deletion, and an empty store has no timer", async () => {
    const { clock, store } = createStore();
    expect(clock.pendingCount).toBe(0);
    for (let i = 0; i < 200; i++) {
      const ticket = ticketIn("PENDING", { expiresAt: noon + 30_000 + i * 777 });
      await store.create(ticket);
      if (i % 3 === 0) await store.replace(nextRevisionOf(ticket, { state: "SCANNED" }), ticket.writeId);
      if (i % 5 === 0) (await store.subscribe(ticket.id, () => {}))();
    }
    expect(clock.pendingCount).toBe(1);
    clock.advance(30_000 + 200 * 777 + lifetimes.retention + 2_000);
    expect(store.size).toBe(0);
    expect(clock.pendingCount).toBe(0);
  });

  test("the sweep finds a ticket that falls due before all others", async () => {
    const { clock, store } = createStore();
    const late = ticketIn("PENDING", { expiresAt: noon + 600_000 });
    const early = ticketIn("PENDING", { expiresAt: noon + 30_000 });
    await store.create(late);
    await store.create(early);
    clock.advance(30_000);
    expect(await store.get(early.id)).toMatchObject({ state: "EXPIRED" });
    expect(await store.get(late.id)).toEqual(late);
  });

  test.each(clockSteps)("the sweep keeps its times when the wall clock is set by %i ms", async (ms) => {
    const { clock, store } = createStore();
    const ticket = ticketIn("PENDING");
    await store.create(ticket);
    clock.advance(60_000);
    clock.adjust(ms);
    clock.advance(lifeOf(ticket) - 60_001);
    expect(await store.get(ticket.id)).toEqual(ticket);
    clock.advance(1);
    expect(await store.get(ticket.id)).toMatchObject({ state: "EXPIRED" });
    clock.adjust(-2 * ms);
    clock.advance(lifetimes.retention - 1);
    expect(await store.get(ticket.id)).toBeDefined();
    clock.advance(1_001);
    expect(store.size).toBe(0);
    expect(clock.pendingCount).toBe(0);
  });

  test("the sweep ends with the store", async () => {
    const { clock, store } = createStore();
    const ticket = ticketIn("PENDING");
    await store.create(ticket);
    const onChange = vi.fn();
    await store.subscribe(ticket.id, onChange);
    await store.close();
    expect(clock.pendingCount).toBe(0);
    expect(store.size).toBe(0);
    clock.advance(lifeOf(ticket));
    expect(onChange).not.toHaveBeenCalled();
  });

  test("the sweep does not touch a ticket that gets a later deadline during the sweep", async () => {
    const { clock, store } = createStore();
    const first = ticketIn("SCANNED");
    const ticket = ticketIn("SCANNED");
    await store.create(first);
    await store.create(ticket);
    const authorized = nextRevisionOf(ticket, { state: "AUTHORIZED", expiresAt: ticket.expiresAt + 300_000 });
    let won: Promise<boolean> | undefined;
    await store.subscribe(first.id, () => {
      won ??= store.replace(authorized, ticket.writeId);
    });
    clock.advance(lifeOf(ticket));
    expect(await won).toBe(true);
    expect(await store.get(ticket.id)).toEqual(authorized);
  });
});
