import { describe, expect, it } from "vitest";
import type { Duration } from "../../gen/google/protobuf/duration.js";
import { CancelReason, TicketState } from "../../gen/qrlogin/v1/ticket.js";
import { StoreUnavailableError, type TicketStore } from "../../src/store/ticket_store.js";
import {
  asApp,
  type CreatedTicket,
  callersOf,
  createAuthorizedTicket,
  createScannedTicket,
  createTestTicket,
  responseOrThrow,
  type Watch,
  watchOf,
} from "../support/callers.js";
import { flushPromises } from "../support/clock.js";
import { startTestServer } from "../support/server.js";
import { alice, clock, failStore, server, shop, useTestServer } from "../support/test_server.js";
import { signToken } from "../support/tokens.js";

// This is the default of the configuration. The clock stands still, so no heartbeat comes by itself.
useTestServer({ settings: { watch: { heartbeatInterval: "15s" } } });

const rejectUnavailable = () => Promise.reject(new StoreUnavailableError("cut off by the test"));

/** Opens a watch on a separate connection and reads its first message. */
async function startWatch(held: CreatedTicket): Promise<Watch> {
  const watch = watchOf(server.newClient(), asApp("shop"), held);
  expect(await watch.next()).toBeDefined();
  return watch;
}

const ms = (duration: Duration | undefined) =>
  duration && duration.seconds * 1_000 + duration.nanos / 1_000_000;

describe("WatchStatus keeps its promises", () => {
  it("1. The first message comes at once and is the current status", async () => {
    const held = await createScannedTicket(shop, alice);
    const watch = watchOf(server.client, asApp("shop"), held);
    expect(await watch.next()).toMatchObject({ state: TicketState.SCANNED, revision: 2 });
    watch.cancel();
  });

  it("2. Every message is the whole status, never a difference", async () => {
    const held = await createTestTicket(shop);
    const watch = await startWatch(held);
    await alice.markScanned({ $case: "ticketId", value: held.ticketId });
    expect(await watch.next()).toEqual(responseOrThrow(await shop.getStatus(held)).status);
    await alice.authorize(held);
    const last = await watch.next();
    expect(last).toEqual(responseOrThrow(await shop.getStatus(held)).status);
    expect(last).toMatchObject({
      ticketId: held.ticketId,
      state: TicketState.AUTHORIZED,
      revision: 3,
      scannedBy: { nickname: "alice-nick", photoUrl: "https://img.example.com/alice.png" },
    });
    watch.cancel();
  });

  it("3. Revisions grow and may skip: the newest wins, and nothing is queued for a slow reader", async () => {
    const hour = { tickets: { maxTtl: "1h" }, watch: { heartbeatInterval: "1s" } };
    // The messages are so long that a few fill the buffers of both sides, however many bytes a version of
    // Node.js buffers.
    const store = (embedded: TicketStore): TicketStore => ({
      ...embedded,
      async get(id) {
        const ticket = await embedded.get(id);
        return ticket && { ...ticket, scannedBy: { nickname: "x".repeat(2 ** 18), photo: "" } };
      },
    });
    const roomy = await startTestServer({ clock, settings: hour, store });
    const { app, user } = callersOf(roomy.client);
    const held = await createTestTicket(app("shop"), { ttl: { seconds: 3_600, nanos: 0 } });
    const watch = watchOf(roomy.newClient(), asApp("shop"), held);
    await watch.next();
    watch.stream.pause();
    const beats = 150;
    for (let beat = 0; beat < beats; beat++) await clock.advanceAsync(1_000);
    const phone = user(await signToken("alice"));
    await phone.markScanned({ $case: "ticketId", value: held.ticketId });
    await phone.authorize(held);
    await app("shop").withdraw(held);
    watch.stream.resume();
    const revisions: number[] = [];
    for (let status = await watch.next(); status; status = await watch.next())
      revisions.push(status.revision);
    expect(new Set(revisions)).toEqual(new Set([1, 4]));
    expect(revisions.at(-1)).toBe(4);
    // grpc-js buffers 16 on the reading side, and each side a few that are on their way.
    expect(revisions.length).toBeLessThan(32);
    expect((await watch.ended).code).toBe("OK");
    await roomy.stop();
  });

  it("4. The same status is sent again at least every 15 seconds", async () => {
    const held = await createTestTicket(shop);
    const watch = await startWatch(held);
    for (const remaining of [105_000, 90_000, 75_000]) {
      clock.advance(14_999);
      await flushPromises();
      expect(watch.unreadCount()).toBe(0);
      clock.advance(1);
      const again = await watch.next();
      expect(again).toMatchObject({ state: TicketState.PENDING, revision: 1 });
      expect(ms(again?.remainingDuration)).toBe(remaining);
      await flushPromises();
    }
    watch.cancel();
  });

  it("4. While the store is unreachable the last known status is repeated, and EXPIRED is never reported", async () => {
    const held = await createTestTicket(shop);
    const watch = await startWatch(held);
    failStore({ get: rejectUnavailable });
    for (let beats = 0; beats < 12; beats++) {
      const next = watch.next();
      // The clock moves in steps, since an unreachable store is tried again every second.
      for (let second = 0; second < 16; second++) await clock.advanceAsync(1_000);
      expect(await next).toMatchObject({ state: TicketState.PENDING, revision: 1 });
    }
    failStore();
    for (let second = 0; second < 16; second++) await clock.advanceAsync(1_000);
    let last: Awaited<ReturnType<Watch["next"]>>;
    for (let status = await watch.next(); status; status = await watch.next()) last = status;
    expect(last).toMatchObject({ state: TicketState.EXPIRED });
    expect((await watch.ended).code).toBe("OK");
  });

  it("5. After a terminal state the stream ends with OK", async () => {
    const withdrawn = await createTestTicket(shop);
    const first = await startWatch(withdrawn);
    await shop.withdraw(withdrawn);
    expect(await first.next()).toMatchObject({
      state: TicketState.CANCELLED,
      cancelReason: CancelReason.WITHDRAWN_BY_CREATOR,
    });
    expect(await first.next()).toBeUndefined();
    expect((await first.ended).code).toBe("OK");

    const cancelled = await createScannedTicket(shop, alice);
    const second = await startWatch(cancelled);
    await alice.cancel(cancelled);
    expect(await second.next()).toMatchObject({
      state: TicketState.CANCELLED,
      cancelReason: CancelReason.CANCELLED_BY_APPROVER,
      scannedBy: undefined,
    });
    expect((await second.ended).code).toBe("OK");

    const exchanged = await createAuthorizedTicket(shop, alice);
    const third = await startWatch(exchanged);
    await shop.exchangeUserInfo(exchanged);
    expect(await third.next()).toMatchObject({ state: TicketState.EXCHANGED, exchangeTicket: "" });
    expect((await third.ended).code).toBe("OK");
  });

  it("5. A watch of a finished ticket sends its status once and ends with OK", async () => {
    const held = await createTestTicket(shop);
    await shop.withdraw(held);
    const watch = watchOf(server.client, asApp("shop"), held);
    expect(await watch.next()).toMatchObject({ state: TicketState.CANCELLED });
    expect(await watch.next()).toBeUndefined();
    expect((await watch.ended).code).toBe("OK");
  });

  it("5. EXPIRED is a status, not an error", async () => {
    const held = await createTestTicket(shop);
    const watch = await startWatch(held);
    await clock.advanceAsync(119_999);
    expect((await shop.getStatus(held)).response?.status?.state).toBe(TicketState.PENDING);
    await clock.advanceAsync(1);
    let last = await watch.next();
    for (let status = last; status; status = await watch.next()) last = status;
    expect(last).toMatchObject({ state: TicketState.EXPIRED, revision: 2, exchangeTicket: "" });
    expect(ms(last?.remainingDuration)).toBe(0);
    expect((await watch.ended).code).toBe("OK");
  });

  it("5. A ticket that no longer exists ends the stream with TICKET_NOT_FOUND", async () => {
    const held = await createTestTicket(shop);
    const watch = await startWatch(held);
    failStore({ get: rejectUnavailable });
    // This is after its lifetime and its retention, while it cannot be read.
    for (let second = 0; second < 725; second++) await clock.advanceAsync(1_000);
    failStore();
    await clock.advanceAsync(15_000);
    const { code, reason } = await watch.ended;
    expect([code, reason]).toEqual(["NOT_FOUND", "TICKET_NOT_FOUND"]);
  });

  it("6. UNAVAILABLE means to call again after a back-off. Nothing is needed to resume", async () => {
    const held = await createTestTicket(shop);
    failStore({ get: rejectUnavailable });
    const rejected = watchOf(server.client, asApp("shop"), held);
    const { code, reason, retryAfterMs } = await rejected.ended;
    expect([code, reason]).toEqual(["UNAVAILABLE", "STORE_UNAVAILABLE"]);
    expect(retryAfterMs).toBeGreaterThan(0);
    failStore();
    (await startWatch(held)).cancel();
  });

  it("6. A new watch over the limit ends the oldest one with WATCH_SUPERSEDED", async () => {
    const held = await createTestTicket(shop);
    const watches: Watch[] = [];
    for (let count = 0; count < 5; count++) watches.push(await startWatch(held));
    const [oldest, ...others] = watches;
    const end = await oldest?.ended;
    expect([end?.code, end?.reason, end?.retryAfterMs]).toEqual(["ABORTED", "WATCH_SUPERSEDED", undefined]);
    await alice.markScanned({ $case: "ticketId", value: held.ticketId });
    for (const watch of others) {
      expect(await watch.next()).toMatchObject({ state: TicketState.SCANNED });
      watch.cancel();
    }
  });

  it("6. A watch without the ticket secret never ends the creator's watch", async () => {
    const held = await createTestTicket(shop);
    const watches: Watch[] = [];
    for (let count = 0; count < 4; count++) watches.push(await startWatch(held));
    const guess = { ...held, ticketSecret: "0".repeat(43) };
    for (let count = 0; count < 8; count++) {
      for (const caller of ["shop", "blog"] as const) {
        const proof = caller === "shop" ? guess : held;
        const { reason } = await watchOf(server.client, asApp(caller), proof).ended;
        expect(reason).toBe("TICKET_NOT_FOUND");
      }
    }
    await alice.markScanned({ $case: "ticketId", value: held.ticketId });
    for (const watch of watches) {
      expect(await watch.next()).toMatchObject({ state: TicketState.SCANNED });
      watch.cancel();
    }
  });

  it("7. Ending the call changes nothing", async () => {
    const held = await createTestTicket(shop);
    const before = responseOrThrow(await shop.getStatus(held)).status;
    (await startWatch(held)).cancel();
    const another = await startWatch(held);
    expect(responseOrThrow(await shop.getStatus(held)).status).toEqual(before);
    another.cancel();
  });

  it("A watch that its client ends leaves nothing behind while the server goes on", async () => {
    const held = await createTestTicket(shop);
    const before = clock.pendingCount;
    const watch = await startWatch(held);
    // This is the time of its next heartbeat.
    expect(clock.pendingCount).toBe(before + 1);
    watch.cancel();
    await expect.poll(() => clock.pendingCount).toBe(before);
  });
});

describe("WatchStatus", () => {
  it("loses no change for a client that reconnects after an interruption", async () => {
    const held = await createTestTicket(shop);
    const client = server.newClient();
    const watch = watchOf(client, asApp("shop"), held);
    await watch.next();
    client.close();
    watch.cancel();
    await watch.ended;
    await alice.markScanned({ $case: "ticketId", value: held.ticketId });
    await alice.authorize(held);
    const again = watchOf(server.newClient(), asApp("shop"), held);
    const first = await again.next();
    expect(first).toMatchObject({ state: TicketState.AUTHORIZED, revision: 3 });
    expect((await shop.exchangeUserInfo({ exchangeTicket: first?.exchangeTicket ?? "" })).code).toBe("OK");
    expect(await again.next()).toMatchObject({ state: TicketState.EXCHANGED, revision: 4 });
    expect((await again.ended).code).toBe("OK");
  });

  it("sends the remaining duration in addition to the expire time", async () => {
    const held = await createTestTicket(shop, { ttl: { seconds: 60, nanos: 0 } });
    clock.advance(10_500);
    const watch = watchOf(server.client, asApp("shop"), held);
    const status = await watch.next();
    expect(ms(status?.remainingDuration)).toBe(49_500);
    expect(status?.expireTime?.getTime()).toBe(clock.now() + 49_500);
    watch.cancel();
  });

  it("reports a change to every watch of the ticket, and to no watch of another ticket", async () => {
    const [one, other] = [await createTestTicket(shop), await createTestTicket(shop)];
    const watches = [await startWatch(one), await startWatch(one)];
    const elsewhere = await startWatch(other);
    await alice.markScanned({ $case: "ticketId", value: one.ticketId });
    for (const watch of watches) {
      expect(await watch.next()).toMatchObject({ state: TicketState.SCANNED });
      watch.cancel();
    }
    await flushPromises();
    expect(elsewhere.unreadCount()).toBe(0);
    elsewhere.cancel();
  });

  it("serves many watches at the same time without a leak warning", async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on("warning", note);
    const watches: Watch[] = [];
    for (let count = 0; count < 12; count++) watches.push(await startWatch(await createTestTicket(shop)));
    await flushPromises();
    process.off("warning", note);
    expect(warnings).toEqual([]);
    for (const watch of watches) watch.cancel();
  });

  it("ends with SERVER_DRAINING and a retry delay when the server stops", async () => {
    const held = await createTestTicket(shop);
    const watch = await startWatch(held);
    void server.service.stop();
    const { code, reason, retryAfterMs } = await watch.ended;
    expect([code, reason, retryAfterMs]).toEqual(["UNAVAILABLE", "SERVER_DRAINING", 500]);
  });
});
