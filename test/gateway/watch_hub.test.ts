import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AppClient, createAppClient, TicketState } from "../../src/client/index.js";
import { newSecret } from "../../src/domain/secrets.js";
import { createWatchHub, type TicketReference, type WatchHub } from "../../src/gateway/tickets/watch_hub.js";
import { type CreatedTicket, createTestTicket, responseOrThrow, scannedById } from "../support/callers.js";
import { appSecrets } from "../support/server.js";
import { alice, clock, server, shop, useTestServer } from "../support/test_server.js";
import { withTimeoutEach } from "../support/timeout.js";
import { createCountingStore } from "./counting_store.js";

let store = createCountingStore();
beforeEach(() => {
  store = createCountingStore();
});
useTestServer({ store: (embedded) => store.wrap(embedded) });

const credentials = { appId: "shop", appSecret: appSecrets.shop };

let client: AppClient;
let hub: WatchHub;

beforeEach(() => {
  client = createAppClient({ address: server.address, ...credentials });
  hub = createWatchHub(client, clock, 100);
});
afterEach(() => {
  hub.close();
  client.close();
});

const ticketOf = ({ ticketId, ticketSecret }: CreatedTicket) => ({ credentials, ticketId, ticketSecret });
const forever = new AbortController().signal;
const watch = (ticket: TicketReference, signal: AbortSignal) => withTimeoutEach(hub.watch(ticket, signal));

/** Waits until the hub has received this state. */
async function known(ticket: CreatedTicket, state: TicketState): Promise<void> {
  const seen = async () => (await hub.latest(ticketOf(ticket), 1_000))?.status.state;
  await expect.poll(seen).toBe(state);
}

describe("the watch hub", () => {
  it("a slow reader gets the latest status and skips those before", async () => {
    const held = await createTestTicket(shop);
    const snapshots = watch(ticketOf(held), forever);
    expect((await snapshots.next()).value?.status.state).toBe(TicketState.PENDING);
    responseOrThrow(await alice.markScanned(scannedById(held)));
    responseOrThrow(await alice.authorize(held));
    await known(held, TicketState.AUTHORIZED);
    expect((await snapshots.next()).value?.status).toMatchObject({
      state: TicketState.AUTHORIZED,
      revision: 3,
    });
    responseOrThrow(await shop.withdraw(held));
    expect((await snapshots.next()).value?.status.state).toBe(TicketState.CANCELLED);
    expect((await snapshots.next()).done).toBe(true);
  });

  it("a snapshot returns the remaining time as of the call", async () => {
    const held = await createTestTicket(shop);
    const snapshot = await hub.latest(ticketOf(held), 1_000);
    expect(snapshot?.remainingMs()).toBe(120_000);
    clock.advance(50_000);
    expect(snapshot?.remainingMs()).toBe(70_000);
    clock.advance(500_000);
    expect(snapshot?.remainingMs()).toBe(0);
  });

  it("a watch ends when its signal aborts, also before the first status", async () => {
    const held = await createTestTicket(shop);
    const leaving = new AbortController();
    const snapshots = watch(ticketOf(held), leaving.signal);
    const first = snapshots.next();
    leaving.abort();
    expect((await first).done).toBe(true);
    const gone = watch(ticketOf(held), AbortSignal.abort());
    expect((await gone.next()).done).toBe(true);
  });

  it("callers with another secret or app share no watch", async () => {
    const held = await createTestTicket(shop);
    await known(held, TicketState.PENDING);
    for (const other of [
      { ...ticketOf(held), ticketSecret: newSecret() },
      { ...ticketOf(held), credentials: { appId: "blog", appSecret: appSecrets.blog } },
    ]) {
      await expect(hub.latest(other, 1_000)).rejects.toMatchObject({ reason: "TICKET_NOT_FOUND" });
      await expect(watch(other, forever).next()).rejects.toMatchObject({
        reason: "TICKET_NOT_FOUND",
      });
    }
  });

  it("a snapshot has the last exchange ticket for five seconds after the exchange", async () => {
    const held = await createTestTicket(shop);
    await known(held, TicketState.PENDING);
    responseOrThrow(await alice.markScanned(scannedById(held)));
    responseOrThrow(await alice.authorize(held));
    await known(held, TicketState.AUTHORIZED);
    const { exchangeTicket } = (await hub.latest(ticketOf(held), 0))?.status ?? {};
    responseOrThrow(await shop.exchangeUserInfo({ exchangeTicket: exchangeTicket ?? "" }));
    await known(held, TicketState.EXCHANGED);
    const spent = async () => (await hub.latest(ticketOf(held), 0))?.recentlyExchanged?.exchangeTicket;
    expect(await spent()).toBe(exchangeTicket);
    clock.advance(4_999);
    expect(await spent()).toBe(exchangeTicket);
    clock.advance(1);
    expect(await spent()).toBeUndefined();
  });

  it("a poll at the maximum number of watches calls the service once, and leaves no watch", async () => {
    hub.close();
    hub = createWatchHub(client, clock, 2);
    const tickets = [
      await createTestTicket(shop),
      await createTestTicket(shop),
      await createTestTicket(shop),
    ];
    const [first, second, third] = tickets;
    if (!first || !second || !third) throw new Error("there are three");
    await known(first, TicketState.PENDING);
    await known(second, TicketState.PENDING);
    const calls = () => server.lines.filter(({ method }) => method === "GetStatus").length;
    const pending = clock.pendingCount;
    const before = calls();
    const snapshot = await hub.latest(ticketOf(third), 1_000);
    expect(snapshot?.status).toMatchObject({ state: TicketState.PENDING, revision: 1 });
    expect(snapshot?.remainingMs()).toBe(120_000);
    responseOrThrow(await alice.markScanned(scannedById(third)));
    expect((await hub.latest(ticketOf(third), 1_000))?.status.state).toBe(TicketState.SCANNED);
    await expect(hub.latest({ ...ticketOf(third), ticketSecret: newSecret() }, 1_000)).rejects.toMatchObject({
      reason: "TICKET_NOT_FOUND",
    });
    expect([calls() - before, store.totalWatches(), clock.pendingCount]).toEqual([3, 2, pending]);
    // Callers with a watch keep it, and a watch that ends makes room.
    await known(first, TicketState.PENDING);
    expect(calls() - before).toBe(3);
    await clock.advanceAsync(20_000);
    await expect.poll(store.openWatches).toBe(0);
    await known(third, TicketState.SCANNED);
    expect([calls() - before, store.totalWatches()]).toEqual([3, 3]);
  });

  it("a failed watch is started again by the next caller, and does not count", async () => {
    hub.close();
    let broken = true;
    const calls: string[] = [];
    const failing: AppClient = {
      ...client,
      watchStatus(request, options) {
        calls.push("watch");
        if (!broken) return client.watchStatus(request, options);
        throw new Error("broken");
      },
      getStatus(request, options) {
        calls.push("once");
        return client.getStatus(request, options);
      },
    };
    // Room for one watch, which the failed one must not take.
    hub = createWatchHub(failing, clock, 1);
    const held = await createTestTicket(shop);
    const other = await createTestTicket(shop);
    await expect(hub.latest(ticketOf(held), 1_000)).rejects.toThrow("broken");
    broken = false;
    expect((await hub.latest(ticketOf(other), 1_000))?.status.state).toBe(TicketState.PENDING);
    expect(calls).toEqual(["watch", "watch"]);
    hub.close();
    hub = createWatchHub(failing, clock, 1);
    broken = true;
    await expect(hub.watch(ticketOf(held), forever).next()).rejects.toThrow("broken");
    broken = false;
    expect((await hub.latest(ticketOf(held), 1_000))?.status.state).toBe(TicketState.PENDING);
  });

  it("a watch ends without a terminal status when the hub closes, and none can start afterwards", async () => {
    const held = await createTestTicket(shop);
    const snapshots = watch(ticketOf(held), forever);
    await snapshots.next();
    const next = snapshots.next();
    hub.close();
    expect((await next).done).toBe(true);
    for (const late of [watch(ticketOf(held), forever).next(), hub.latest(ticketOf(held), 1)]) {
      await expect(late).rejects.toMatchObject({
        reason: "GATEWAY_STOPPING",
        details: { retryAfterMs: 500 },
      });
    }
  });
});
