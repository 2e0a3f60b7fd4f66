import { describe, expect, test } from "vitest";
import { defaultPolicy } from "../../src/domain/policy.js";
import { shownStepNumber } from "../../src/domain/qr_rotation.js";
import type { Ticket } from "../../src/domain/ticket.js";
import { createWatcher } from "../../src/service/watch.js";
import type { TicketStore } from "../../src/store/ticket_store.js";
import { flushPromises } from "../support/clock.js";
import { shop } from "../support/tickets.js";
import type { PullWatch } from "./service_fixture.js";
import { createService, toPullWatch } from "./service_fixture.js";

const interval = 10_000;
const policy = { ...defaultPolicy, qrRotation: { interval, overlap: 3_000, maxSteps: 12 } };

/** Starts a service whose codes change, and a watch that has received its first message. */
async function startSteps({
  heartbeatInterval = 600_000,
  clockShift = (): number => 0,
  subscribe = undefined as TicketStore["subscribe"] | undefined,
} = {}) {
  const service = createService({}, policy);
  const { clock, access } = service;
  const ticketClock = { ...clock, now: () => clock.now() + clockShift() };
  const store = subscribe ? { ...access.store, subscribe } : access.store;
  const options = { heartbeatInterval, maxPerTicket: 4 };
  const created = await service.create({ ttl: 600_000 });
  const watch = toPullWatch(createWatcher({ ...access, store, clock: ticketClock }, options, clock));
  const pulled = watch(shop, created.proof);
  const first = (await pulled.next()).value as Ticket;
  return { service, created, first, next: createReader(pulled, ticketClock), end: () => pulled.return() };
}

/** Returns a function that requests the next message, and shows when it has come and which step it shows. */
function createReader(pulled: PullWatch, clock: { now(): number }) {
  return () => {
    const received: { ticket?: Ticket | undefined; step?: number | undefined } = {};
    void pulled.next().then(({ value }) => {
      received.ticket = value;
      received.step = value && shownStepNumber(value, clock.now());
    });
    return received;
  };
}

describe("the watch of a ticket whose code changes", () => {
  test("each step is sent at its time, as the same ticket and without a read", async () => {
    const { service, first, next, end } = await startSteps();
    const { reads, writes } = service.faults;
    for (let step = 2; step <= policy.qrRotation.maxSteps; step++) {
      const message = next();
      await service.clock.advanceAsync(interval - 1);
      expect(message).toEqual({});
      await service.clock.advanceAsync(1);
      expect(message).toEqual({ ticket: first, step });
    }
    expect(service.faults).toMatchObject({ reads, writes });
    await end();
  });

  test("a step that cannot be sent ends the watch with the error, and not the process", async () => {
    const { access, clock, create, faults } = createService({}, policy);
    const { proof } = await create();
    const fault = new Error("a status that cannot be encoded");
    let sent = 0;
    let end: unknown = "still open";
    const watch = createWatcher(access, { heartbeatInterval: 600_000, maxPerTicket: 4 }, clock);
    const running = watch(shop, proof, {
      onTicket() {
        if (++sent === 2) throw fault;
      },
      onEnd(error) {
        end = error;
      },
    });
    await flushPromises();
    running.resume();
    clock.advance(interval);
    expect([sent, end, faults.subscriptions]).toEqual([2, fault, 0]);
  });

  test("the ticket expires when its last code would be replaced, although it could live longer", async () => {
    const { service, created, next } = await startSteps();
    for (let step = 2; step <= policy.qrRotation.maxSteps; step++) {
      next();
      await service.clock.advanceAsync(interval);
    }
    const last = next();
    await service.clock.advanceAsync(interval - 1);
    expect(last).toEqual({});
    await service.clock.advanceAsync(1);
    expect(last).toMatchObject({ ticket: { state: "EXPIRED", id: created.id }, step: undefined });
    expect(service.faults.subscriptions).toBe(0);
  });

  test("a step does not put off the heartbeat, which reads the store", async () => {
    const { service, next, end } = await startSteps({ heartbeatInterval: 15_000 });
    const seen: (readonly [seconds: number, step: number | undefined, reads: number])[] = [];
    const { reads } = service.faults;
    const start = service.clock.now();
    for (let beat = 0; beat < 6; beat++) {
      const message = next();
      while (!message.ticket && service.clock.runNext(60_000)) await flushPromises();
      seen.push([(service.clock.now() - start) / 1_000, message.step, service.faults.reads - reads]);
    }
    // At 30 and 60 seconds, one message is both the step and the heartbeat.
    expect(seen).toEqual([
      [10, 2, 0],
      [15, 2, 1],
      [20, 3, 1],
      [30, 4, 2],
      [40, 5, 2],
      [45, 5, 3],
    ]);
    await end();
  });

  test("a write whose change notification was lost is found at the heartbeat, in spite of the steps", async () => {
    const { service, created, next, end } = await startSteps({
      heartbeatInterval: 15_000,
      subscribe: async () => () => {},
    });
    await service.tickets.withdraw(shop, created.proof);
    const step = next();
    await service.clock.advanceAsync(interval);
    expect(step).toMatchObject({ ticket: { state: "PENDING" }, step: 2 });
    const message = next();
    await service.clock.advanceAsync(5_000);
    expect(message).toMatchObject({ ticket: { state: "CANCELLED" } });
    await end();
  });

  test("a slow reader gets the newest step only, and the following one at its time", async () => {
    const { service, next, end } = await startSteps();
    await service.clock.advanceAsync(3 * interval + 5_000);
    const newest = next();
    await service.clock.advanceAsync(0);
    expect(newest.step).toBe(4);
    const following = next();
    await service.clock.advanceAsync(4_999);
    expect(following).toEqual({});
    await service.clock.advanceAsync(1);
    expect(following.step).toBe(5);
    await end();
  });

  test("steps go on while the store is unreachable, and the ticket does not expire", async () => {
    const { service, first, next, end } = await startSteps({ heartbeatInterval: 15_000 });
    service.faults.away = true;
    const steps = new Set<number | undefined>();
    for (const started = service.clock.now(); service.clock.now() < started + 200_000; ) {
      const message = next();
      while (!message.ticket && service.clock.runNext(60_000)) await flushPromises();
      expect(message.ticket).toEqual(first);
      steps.add(message.step);
    }
    expect([...steps]).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    await end();
  });

  test("once the code is scanned, no step is sent any more", async () => {
    const { service, created, next, end } = await startSteps();
    const { qrRotation } = await service.stored(created.id);
    const scanned = next();
    // A write that any later scan could have made; the steps end with PENDING.
    const pending = await service.stored(created.id);
    await service.memory.replace(
      { ...pending, state: "SCANNED", revision: 2, writeId: "scanned-by-alice" },
      pending.writeId,
    );
    await flushPromises();
    expect(scanned).toMatchObject({ ticket: { state: "SCANNED", qrRotation }, step: undefined });
    const message = next();
    await service.clock.advanceAsync(3 * interval);
    expect(message).toEqual({});
    await end();
  });

  test.each([
    ["back by an hour", -3_600_000, 1],
    ["back by a second", -1_000, 3],
    ["forward by a second", 1_000, 3],
    ["forward by a minute", 60_000, 9],
  ])(
    "when the clock of the tickets, such as Redis's, is set %s, the next message follows it",
    async (_, ms, step) => {
      let shift = 0;
      const { service, next, end } = await startSteps({ clockShift: () => shift });
      next();
      await service.clock.advanceAsync(interval);
      const message = next();
      await flushPromises();
      shift = ms;
      await service.clock.advanceAsync(interval + 1_000);
      expect(message.step).toBe(step);
      await end();
    },
  );

  test("a timer that fires before the step waits for the rest, and reads nothing", async () => {
    let shift = 0;
    const { service, next, end } = await startSteps({ clockShift: () => shift });
    const { reads } = service.faults;
    const message = next();
    await flushPromises();
    shift = -5;
    await service.clock.advanceAsync(interval);
    expect(message).toEqual({});
    await service.clock.advanceAsync(5);
    expect(message.step).toBe(2);
    expect(service.faults.reads).toBe(reads);
    await end();
  });
});
