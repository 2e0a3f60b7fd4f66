import { describe, expect, test } from "vitest";
import { newSecret, newTicketId } from "../../src/domain/secrets.js";
import type { Ticket } from "../../src/domain/ticket.js";
import { createWatcher } from "../../src/service/watch.js";
import { clockSteps, flushPromises } from "../support/clock.js";
import { lifetimes, shop } from "../support/tickets.js";
import type { CreatedTicket } from "./service_fixture.js";
import { createService, toPullWatch } from "./service_fixture.js";

type Service = ReturnType<typeof createService>;

const noMessage = Symbol("no message yet");

/** Starts a watch: `next` requests an item, `message` the next ticket. */
function startWatch(service: Service, created: CreatedTicket) {
  const watch = service.watch(shop, created.proof);
  const next = () => watch.next();
  async function message(): Promise<Ticket> {
    const { value, done } = await next();
    if (done) throw new Error("the watch has ended");
    return value;
  }
  return { watch, next, message };
}

/** Resolves with the value of the promise, or with `noMessage` if it is still pending once everything is at rest. */
async function settledMessage<T>(promise: Promise<T>): Promise<T | typeof noMessage> {
  await flushPromises();
  return Promise.race([promise, flushPromises().then(() => noMessage)]) as Promise<T | typeof noMessage>;
}

/** Expects that nothing of any watch is left: no subscription, and no timer except that of the sweep. */
function expectNoLeaks(service: Service): void {
  expect(service.faults.subscriptions).toBe(0);
  expect(service.clock.pendingCount).toBe(service.memory.size > 0 ? 1 : 0);
}

describe("the first message", () => {
  test.each(["PENDING", "SCANNED", "AUTHORIZED"] as const)(
    "the first message comes at once and has the whole status, in %s",
    async (state) => {
      const service = createService();
      const created = await service.createIn(state);
      const { message, watch } = startWatch(service, created);
      expect(await message()).toEqual(await service.stored(created.id));
      await watch.return();
      expectNoLeaks(service);
    },
  );

  test("the first message of a finished ticket is the last one", async () => {
    const service = createService();
    const created = await service.createIn("SCANNED");
    await service.tickets.withdraw(shop, created.proof);
    const { message, next } = startWatch(service, created);
    expect(await message()).toMatchObject({ state: "CANCELLED" });
    expect(await next()).toEqual({ done: true, value: undefined });
    expectNoLeaks(service);
  });

  test("a watch without the creator's credentials gets TICKET_NOT_FOUND and leaves nothing behind", async () => {
    const service = createService({ maxPerTicket: 1 });
    const created = await service.create();
    const own = startWatch(service, created);
    await own.message();
    const wrongCredentials = [
      { ...created.proof, ticketSecret: newSecret() },
      { ...created.proof, ticketId: newTicketId() },
    ];
    for (const proof of wrongCredentials) {
      await expect(service.watch(shop, proof).next()).rejects.toMatchObject({
        reason: "TICKET_NOT_FOUND",
      });
    }
    const otherApp = { id: "other-shop", userPool: shop.userPool };
    const watch = service.watch(otherApp, created.proof);
    await expect(watch.next()).rejects.toMatchObject({ reason: "TICKET_NOT_FOUND" });
    expect(service.faults.subscriptions).toBe(1);
    // A caller without access cannot end the creator's watch.
    const pending = own.message();
    await service.scan(created.id);
    expect(await pending).toMatchObject({ state: "SCANNED" });
    await own.watch.return();
  });

  test("a watch that starts while the store is unreachable gets STORE_UNAVAILABLE", async () => {
    const service = createService();
    const created = await service.create();
    service.faults.away = true;
    const { next } = startWatch(service, created);
    await expect(next()).rejects.toMatchObject({ reason: "STORE_UNAVAILABLE" });
    expectNoLeaks(service);
  });
});

describe("the following messages", () => {
  test("a watch sends the whole status after every write, and ends after the terminal one", async () => {
    const service = createService();
    const created = await service.create();
    const { message, next } = startWatch(service, created);
    const received = [await message()];
    const steps = [
      () => service.scan(created.id),
      () => service.authorize(created.id),
      () => service.tickets.exchange(shop, created.exchangeTicket, ""),
    ];
    for (const step of steps) {
      const pending = message();
      expect(await settledMessage(pending)).toBe(noMessage);
      await step();
      const status = await pending;
      expect(status).toEqual(await service.stored(created.id));
      received.push(status);
    }
    expect(received.map(({ state }) => state)).toEqual(["PENDING", "SCANNED", "AUTHORIZED", "EXCHANGED"]);
    expect(received.map(({ revision }) => revision)).toEqual([1, 2, 3, 4]);
    expect(await next()).toEqual({ done: true, value: undefined });
    expectNoLeaks(service);
  });

  test("a slow reader gets the newest status, and nothing is queued", async () => {
    const service = createService();
    const created = await service.create();
    const { message, watch } = startWatch(service, created);
    await message();
    await service.scan(created.id);
    await service.authorize(created.id);
    expect(await message()).toMatchObject({ state: "AUTHORIZED", revision: 3 });
    const pending = message();
    expect(await settledMessage(pending)).toBe(noMessage);
    watch.end(new Error("enough"));
    await expect(pending).rejects.toThrow("enough");
  });

  test("a change notification without a write sends nothing", async () => {
    const service = createService();
    const created = await service.createIn("SCANNED");
    const { message, watch } = startWatch(service, created);
    await message();
    const pending = message();
    await service.scan(created.id);
    expect(await settledMessage(pending)).toBe(noMessage);
    watch.end(new Error("enough"));
    await expect(pending).rejects.toThrow("enough");
  });

  test("a watch goes back to an earlier state with a store that lost writes", async () => {
    const service = createService();
    const created = await service.createIn("SCANNED");
    const { message, watch } = startWatch(service, created);
    const scanned = await message();
    const pending = message();
    await service.memory.replace(
      { ...scanned, state: "PENDING", revision: 1, writeId: "lost" },
      scanned.writeId,
    );
    expect(await pending).toMatchObject({ state: "PENDING", revision: 1 });
    await watch.return();
  });
});

describe("the heartbeat", () => {
  test("the heartbeat repeats the status on time, every time", async () => {
    const service = createService();
    const created = await service.create();
    const { message, watch } = startWatch(service, created);
    const first = await message();
    for (let beat = 0; beat < 3; beat++) {
      const pending = message();
      await service.clock.advanceAsync(14_999);
      expect(await settledMessage(pending)).toBe(noMessage);
      await service.clock.advanceAsync(1);
      expect(await settledMessage(pending)).toEqual(first);
    }
    const last = message();
    watch.end(new Error("enough"));
    await expect(last).rejects.toThrow("enough");
    expectNoLeaks(service);
  });

  test("the heartbeat repeats the last known status while the store is unreachable, never EXPIRED", async () => {
    const service = createService();
    const created = await service.createIn("SCANNED");
    const { message, next } = startWatch(service, created);
    const first = await message();
    service.faults.away = true;
    // The sweep in memory writes in spite of the fault: the watch must report what it last read.
    for (let beat = 0; beat < 12; beat++) {
      const pending = message();
      await service.clock.advanceAsync(15_000);
      expect(await settledMessage(pending)).toEqual(first);
    }
    expect(await service.stored(created.id)).toMatchObject({ state: "EXPIRED" });
    const pending = message();
    service.faults.away = false;
    await service.clock.advanceAsync(1_000);
    expect(await settledMessage(pending)).toMatchObject({ state: "EXPIRED" });
    expect(await next()).toEqual({ done: true, value: undefined });
    expectNoLeaks(service);
  });

  test("a watch reads from an unreachable store again within a second, without a tight loop", async () => {
    const service = createService();
    const created = await service.createIn("SCANNED");
    const { message, watch } = startWatch(service, created);
    await message();
    await service.clock.advanceAsync(119_000);
    const pending = message();
    service.faults.away = true;
    await service.clock.advanceAsync(1_000);
    let timers = 0;
    while (service.clock.runNext(5_000) && timers < 100) {
      timers += 1;
      await flushPromises();
    }
    expect(timers).toBeLessThan(20);
    service.faults.away = false;
    await service.clock.advanceAsync(1_000);
    expect(await pending).toMatchObject({ id: created.id });
    await watch.return();
  });
});

describe("the end", () => {
  test("a watch notices and writes the expiry itself, between two sweeps", async () => {
    const service = createService({ heartbeatInterval: 600_000 });
    const created = await service.create({ ttl: 30_500 });
    const { message, next } = startWatch(service, created);
    await message();
    const pending = message();
    await service.clock.advanceAsync(30_499);
    expect(await settledMessage(pending)).toBe(noMessage);
    await service.clock.advanceAsync(1);
    const expired = await settledMessage(pending);
    expect(expired).toMatchObject({ state: "EXPIRED", revision: 2 });
    expect(await service.stored(created.id)).toEqual(expired);
    expect(await next()).toEqual({ done: true, value: undefined });
  });

  test("a deleted ticket ends its watch with TICKET_NOT_FOUND", async () => {
    const service = createService();
    const created = await service.create();
    const { message, next } = startWatch(service, created);
    await message();
    // No read for so long that the finished ticket was deleted as well.
    await service.clock.advanceAsync(120_000 + lifetimes.retention);
    await expect(next()).rejects.toMatchObject({ reason: "TICKET_NOT_FOUND" });
    expectNoLeaks(service);
  });

  test("a watch over the limit ends the oldest watch of that ticket and no other", async () => {
    const service = createService({ maxPerTicket: 2 });
    const created = await service.create();
    const elsewhere = startWatch(service, await service.create());
    await elsewhere.message();
    const watches = [
      startWatch(service, created),
      startWatch(service, created),
      startWatch(service, created),
    ] as const;
    const [oldest, middle, newest] = watches;
    await oldest.message();
    await middle.message();
    const superseded = oldest.message();
    const rejection = expect(superseded).rejects.toMatchObject({ reason: "WATCH_SUPERSEDED" });
    await newest.message();
    await rejection;
    const pending = [middle.message(), newest.message()];
    await service.scan(created.id);
    for (const message of await Promise.all(pending)) expect(message).toMatchObject({ state: "SCANNED" });
    expect(service.faults.subscriptions).toBe(3);
    for (const { watch } of [middle, newest, elsewhere]) await watch.return();
    expectNoLeaks(service);
  });

  test("watches that have ended make room and do not end a running one", async () => {
    const service = createService({ maxPerTicket: 2 });
    const created = await service.create();
    const live = startWatch(service, created);
    await live.message();
    for (let i = 0; i < 3; i++) {
      const { message, watch } = startWatch(service, created);
      await message();
      await watch.return();
    }
    expect(service.faults.subscriptions).toBe(1);
    const pending = live.message();
    await service.scan(created.id);
    expect(await pending).toMatchObject({ state: "SCANNED" });
    await live.watch.return();
    expectNoLeaks(service);
  });

  test("ending a watch while it waits leaves no subscription or timer, and does not change the ticket", async () => {
    const service = createService();
    const created = await service.create();
    const before = await service.stored(created.id);
    const { message, watch } = startWatch(service, created);
    await message();
    const pending = message();
    await flushPromises();
    expect(service.faults.subscriptions).toBe(1);
    expect(service.clock.pendingCount).toBe(2);
    const reason = new Error("the client has gone");
    watch.end(reason);
    await expect(pending).rejects.toBe(reason);
    expectNoLeaks(service);
    expect(await service.stored(created.id)).toEqual(before);
  });

  test("a watch can be ended before the first message and between two messages", async () => {
    const service = createService();
    const created = await service.create();
    const early = startWatch(service, created);
    early.watch.end(new Error("gone"));
    await expect(early.next()).rejects.toThrow("gone");
    expectNoLeaks(service);
    const starting = startWatch(service, created);
    const first = starting.next();
    starting.watch.end(new Error("gone"));
    await expect(first).rejects.toThrow("gone");
    expectNoLeaks(service);
    const late = startWatch(service, created);
    await late.message();
    late.watch.end(new Error("gone"));
    await expect(late.next()).rejects.toThrow("gone");
    expectNoLeaks(service);
  });
});

describe("steps of the tickets' clock", () => {
  test.each(clockSteps)(
    "heartbeats go on when the clock of the tickets, such as Redis's, is set by %i ms",
    async (step) => {
      const service = createService();
      const { clock, access } = service;
      let shift = 0;
      const shared = { ...clock, now: () => clock.now() + shift };
      const options = { heartbeatInterval: 15_000, maxPerTicket: 4 };
      const watch = toPullWatch(createWatcher({ ...access, clock: shared }, options, clock));
      const created = await service.create({ ttl: 600_000 });
      const messages = watch(shop, created.proof);
      await messages.next();
      // Beyond its end the ticket would be EXPIRED, since a step of the shared clock ages it.
      shift = Math.min(step, 500_000);
      for (let beats = 0; beats < 3; beats++) {
        const next = messages.next();
        await clock.advanceAsync(15_000);
        expect(await settledMessage(next)).toMatchObject({ value: { id: created.id, state: "PENDING" } });
      }
      await messages.return();
      expectNoLeaks(service);
    },
  );
});
