import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AppClient, createAppClient, TicketState } from "../../src/client/index.js";
import { newSecret } from "../../src/domain/secrets.js";
import { createWatchHub, type FollowedTicket, type WatchHub } from "../../src/gateway/tickets/watch_hub.js";
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
let followers: WatchHub;

beforeEach(() => {
  client = createAppClient({ address: server.address, ...credentials });
  followers = createWatchHub(client, clock, 100);
});
afterEach(() => {
  followers.close();
  client.close();
});

const followed = ({ ticketId, ticketSecret }: CreatedTicket) => ({ credentials, ticketId, ticketSecret });
const forever = new AbortController().signal;
const follow = (ticket: FollowedTicket, signal: AbortSignal) =>
  withTimeoutEach(followers.watch(ticket, signal));

/** Waits until the followers know the state. */
async function known(ticket: CreatedTicket, state: TicketState): Promise<void> {
  const seen = async () => (await followers.latest(followed(ticket), 1_000))?.status.state;
  await expect.poll(seen).toBe(state);
}

describe("who follows a ticket", () => {
  it("and is slow is given the newest status, and misses what came in between", async () => {
    const held = await createTestTicket(shop);
    const sightings = follow(followed(held), forever);
    expect((await sightings.next()).value?.status.state).toBe(TicketState.PENDING);
    responseOrThrow(await alice.markScanned(scannedById(held)));
    responseOrThrow(await alice.authorize(held));
    await known(held, TicketState.AUTHORIZED);
    expect((await sightings.next()).value?.status).toMatchObject({
      state: TicketState.AUTHORIZED,
      revision: 3,
    });
    responseOrThrow(await shop.withdraw(held));
    expect((await sightings.next()).value?.status.state).toBe(TicketState.CANCELLED);
    expect((await sightings.next()).done).toBe(true);
  });

  it("is told what is left by the time of asking", async () => {
    const held = await createTestTicket(shop);
    const sighting = await followers.latest(followed(held), 1_000);
    expect(sighting?.remainingMs()).toBe(120_000);
    clock.advance(50_000);
    expect(sighting?.remainingMs()).toBe(70_000);
    clock.advance(500_000);
    expect(sighting?.remainingMs()).toBe(0);
  });

  it("leaves when its signal is aborted, also before the first status", async () => {
    const held = await createTestTicket(shop);
    const leaving = new AbortController();
    const sightings = follow(followed(held), leaving.signal);
    const first = sightings.next();
    leaving.abort();
    expect((await first).done).toBe(true);
    const gone = follow(followed(held), AbortSignal.abort());
    expect((await gone.next()).done).toBe(true);
  });

  it("of whom one is a stranger shares nothing: the secret is part of what is shared", async () => {
    const held = await createTestTicket(shop);
    await known(held, TicketState.PENDING);
    for (const stranger of [
      { ...followed(held), ticketSecret: newSecret() },
      { ...followed(held), credentials: { appId: "blog", appSecret: appSecrets.blog } },
    ]) {
      await expect(followers.latest(stranger, 1_000)).rejects.toMatchObject({ reason: "TICKET_NOT_FOUND" });
      await expect(follow(stranger, forever).next()).rejects.toMatchObject({
        reason: "TICKET_NOT_FOUND",
      });
    }
  });

  it("is told for five seconds in which status the exchange ticket was, once it is spent", async () => {
    const held = await createTestTicket(shop);
    await known(held, TicketState.PENDING);
    responseOrThrow(await alice.markScanned(scannedById(held)));
    responseOrThrow(await alice.authorize(held));
    await known(held, TicketState.AUTHORIZED);
    const { exchangeTicket } = (await followers.latest(followed(held), 0))?.status ?? {};
    responseOrThrow(await shop.exchangeUserInfo({ exchangeTicket: exchangeTicket ?? "" }));
    await known(held, TicketState.EXCHANGED);
    const spent = async () => (await followers.latest(followed(held), 0))?.recentlyExchanged?.exchangeTicket;
    expect(await spent()).toBe(exchangeTicket);
    clock.advance(4_999);
    expect(await spent()).toBe(exchangeTicket);
    clock.advance(1);
    expect(await spent()).toBeUndefined();
  });

  it("and polls while there are as many watches as may be is answered by one call, and leaves no watch", async () => {
    followers.close();
    followers = createWatchHub(client, clock, 2);
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
    const sighting = await followers.latest(followed(third), 1_000);
    expect(sighting?.status).toMatchObject({ state: TicketState.PENDING, revision: 1 });
    expect(sighting?.remainingMs()).toBe(120_000);
    responseOrThrow(await alice.markScanned(scannedById(third)));
    expect((await followers.latest(followed(third), 1_000))?.status.state).toBe(TicketState.SCANNED);
    await expect(
      followers.latest({ ...followed(third), ticketSecret: newSecret() }, 1_000),
    ).rejects.toMatchObject({ reason: "TICKET_NOT_FOUND" });
    expect([calls() - before, store.totalWatches(), clock.pendingCount]).toEqual([3, 2, pending]);
    // Whoever has a watch keeps it, and one that ends makes room.
    await known(first, TicketState.PENDING);
    expect(calls() - before).toBe(3);
    await clock.advanceAsync(20_000);
    await expect.poll(store.openWatches).toBe(0);
    await known(third, TicketState.SCANNED);
    expect([calls() - before, store.totalWatches()]).toEqual([3, 3]);
  });

  it("begins anew where the watch has failed, which keeps no place", async () => {
    followers.close();
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
    // Room for one, which the failed watch must not take.
    followers = createWatchHub(failing, clock, 1);
    const held = await createTestTicket(shop);
    const other = await createTestTicket(shop);
    await expect(followers.latest(followed(held), 1_000)).rejects.toThrow("broken");
    broken = false;
    expect((await followers.latest(followed(other), 1_000))?.status.state).toBe(TicketState.PENDING);
    expect(calls).toEqual(["watch", "watch"]);
    followers.close();
    followers = createWatchHub(failing, clock, 1);
    broken = true;
    await expect(followers.watch(followed(held), forever).next()).rejects.toThrow("broken");
    broken = false;
    expect((await followers.latest(followed(held), 1_000))?.status.state).toBe(TicketState.PENDING);
  });

  it("ends without a terminal status when all is closed, and nobody begins anew", async () => {
    const held = await createTestTicket(shop);
    const sightings = follow(followed(held), forever);
    await sightings.next();
    const next = sightings.next();
    followers.close();
    expect((await next).done).toBe(true);
    for (const late of [follow(followed(held), forever).next(), followers.latest(followed(held), 1)]) {
      await expect(late).rejects.toMatchObject({
        reason: "GATEWAY_STOPPING",
        details: { retryAfterMs: 500 },
      });
    }
  });
});
