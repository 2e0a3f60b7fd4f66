import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AppClient, createAppClient, TicketState } from "../../src/client/index.js";
import { newSecret } from "../../src/domain/secrets.js";
import { createFollowers, type FollowedTicket, type Followers } from "../../src/gateway/followers.js";
import { byId, created, type Held, orThrow } from "../support/callers.js";
import { appSecrets } from "../support/server.js";
import { soonEach } from "../support/soon.js";
import { alice, clock, server, setStage, shop } from "../support/stage.js";
import { createCountedStore } from "./counted_store.js";

let store = createCountedStore();
beforeEach(() => {
  store = createCountedStore();
});
setStage({ store: (embedded) => store.around(embedded) });

const credentials = { appId: "shop", appSecret: appSecrets.shop };

let client: AppClient;
let followers: Followers;

beforeEach(() => {
  client = createAppClient({ address: server.address, ...credentials });
  followers = createFollowers(client, clock, 100);
});
afterEach(() => {
  followers.close();
  client.close();
});

const followed = ({ ticketId, ticketSecret }: Held) => ({ credentials, ticketId, ticketSecret });
const forever = new AbortController().signal;
const follow = (ticket: FollowedTicket, signal: AbortSignal) => soonEach(followers.follow(ticket, signal));

/** Waits until the followers know the state. */
async function known(ticket: Held, state: TicketState): Promise<void> {
  const seen = async () => (await followers.glance(followed(ticket), 1_000))?.status.state;
  await expect.poll(seen).toBe(state);
}

describe("who follows a ticket", () => {
  it("and is slow is given the newest status, and misses what came in between", async () => {
    const held = await created(shop);
    const sightings = follow(followed(held), forever);
    expect((await sightings.next()).value?.status.state).toBe(TicketState.PENDING);
    orThrow(await alice.markScanned(byId(held)));
    orThrow(await alice.authorize(held));
    await known(held, TicketState.AUTHORIZED);
    expect((await sightings.next()).value?.status).toMatchObject({
      state: TicketState.AUTHORIZED,
      revision: 3,
    });
    orThrow(await shop.withdraw(held));
    expect((await sightings.next()).value?.status.state).toBe(TicketState.CANCELLED);
    expect((await sightings.next()).done).toBe(true);
  });

  it("is told what is left by the time of asking", async () => {
    const held = await created(shop);
    const sighting = await followers.glance(followed(held), 1_000);
    expect(sighting?.remainingMs()).toBe(120_000);
    clock.advance(50_000);
    expect(sighting?.remainingMs()).toBe(70_000);
    clock.advance(500_000);
    expect(sighting?.remainingMs()).toBe(0);
  });

  it("leaves when its signal is aborted, also before the first status", async () => {
    const held = await created(shop);
    const leaving = new AbortController();
    const sightings = follow(followed(held), leaving.signal);
    const first = sightings.next();
    leaving.abort();
    expect((await first).done).toBe(true);
    const gone = follow(followed(held), AbortSignal.abort());
    expect((await gone.next()).done).toBe(true);
  });

  it("of whom one is a stranger shares nothing: the secret is part of what is shared", async () => {
    const held = await created(shop);
    await known(held, TicketState.PENDING);
    for (const stranger of [
      { ...followed(held), ticketSecret: newSecret() },
      { ...followed(held), credentials: { appId: "blog", appSecret: appSecrets.blog } },
    ]) {
      await expect(followers.glance(stranger, 1_000)).rejects.toMatchObject({ reason: "TICKET_NOT_FOUND" });
      await expect(follow(stranger, forever).next()).rejects.toMatchObject({
        reason: "TICKET_NOT_FOUND",
      });
    }
  });

  it("is told for five seconds in which status the exchange ticket was, once it is spent", async () => {
    const held = await created(shop);
    await known(held, TicketState.PENDING);
    orThrow(await alice.markScanned(byId(held)));
    orThrow(await alice.authorize(held));
    await known(held, TicketState.AUTHORIZED);
    const { exchangeTicket } = (await followers.glance(followed(held), 0))?.status ?? {};
    orThrow(await shop.exchangeUserInfo({ exchangeTicket: exchangeTicket ?? "" }));
    await known(held, TicketState.EXCHANGED);
    const spent = async () => (await followers.glance(followed(held), 0))?.justSpent?.exchangeTicket;
    expect(await spent()).toBe(exchangeTicket);
    clock.advance(4_999);
    expect(await spent()).toBe(exchangeTicket);
    clock.advance(1);
    expect(await spent()).toBeUndefined();
  });

  it("and polls while there are as many watches as may be is answered by one call, and leaves no watch", async () => {
    followers.close();
    followers = createFollowers(client, clock, 2);
    const tickets = [await created(shop), await created(shop), await created(shop)];
    const [first, second, third] = tickets;
    if (!first || !second || !third) throw new Error("there are three");
    await known(first, TicketState.PENDING);
    await known(second, TicketState.PENDING);
    const calls = () => server.lines.filter(({ method }) => method === "GetStatus").length;
    const pending = clock.pending;
    const before = calls();
    const sighting = await followers.glance(followed(third), 1_000);
    expect(sighting?.status).toMatchObject({ state: TicketState.PENDING, revision: 1 });
    expect(sighting?.remainingMs()).toBe(120_000);
    orThrow(await alice.markScanned(byId(third)));
    expect((await followers.glance(followed(third), 1_000))?.status.state).toBe(TicketState.SCANNED);
    await expect(
      followers.glance({ ...followed(third), ticketSecret: newSecret() }, 1_000),
    ).rejects.toMatchObject({ reason: "TICKET_NOT_FOUND" });
    expect([calls() - before, store.everWatched(), clock.pending]).toEqual([3, 2, pending]);
    // Whoever has a watch keeps it, and one that ends makes room.
    await known(first, TicketState.PENDING);
    expect(calls() - before).toBe(3);
    await clock.pass(20_000);
    await expect.poll(store.watches).toBe(0);
    await known(third, TicketState.SCANNED);
    expect([calls() - before, store.everWatched()]).toEqual([3, 3]);
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
    followers = createFollowers(failing, clock, 1);
    const held = await created(shop);
    const other = await created(shop);
    await expect(followers.glance(followed(held), 1_000)).rejects.toThrow("broken");
    broken = false;
    expect((await followers.glance(followed(other), 1_000))?.status.state).toBe(TicketState.PENDING);
    expect(calls).toEqual(["watch", "watch"]);
    followers.close();
    followers = createFollowers(failing, clock, 1);
    broken = true;
    await expect(followers.follow(followed(held), forever).next()).rejects.toThrow("broken");
    broken = false;
    expect((await followers.glance(followed(held), 1_000))?.status.state).toBe(TicketState.PENDING);
  });

  it("ends without a terminal status when all is closed, and nobody begins anew", async () => {
    const held = await created(shop);
    const sightings = follow(followed(held), forever);
    await sightings.next();
    const next = sightings.next();
    followers.close();
    expect((await next).done).toBe(true);
    for (const late of [follow(followed(held), forever).next(), followers.glance(followed(held), 1)]) {
      await expect(late).rejects.toMatchObject({ reason: "GATEWAY_STOPPING", extras: { retryAfterMs: 500 } });
    }
  });
});
