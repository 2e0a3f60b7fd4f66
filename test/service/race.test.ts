import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultPolicy, type Policy } from "../../src/domain/policy.js";
import { exchangeTicketOf } from "../../src/domain/secrets.js";
import type { Ticket } from "../../src/domain/ticket.js";
import { isTerminal } from "../../src/domain/ticket.js";
import { createTicketService } from "../../src/service/tickets.js";
import { createWatcher } from "../../src/service/watch.js";
import { createMemoryStore } from "../../src/store/memory/memory_store.js";
import type { TicketStore } from "../../src/store/ticket_store.js";
import { createManualClock } from "../support/clock.js";
import { alice, bob, lifetimes, shop } from "../support/tickets.js";
import { requireSettled } from "../support/timeout.js";
import { createParameters, ticketIdOnly, toPullWatch, ttlPolicy } from "./service_fixture.js";

/** Creates a store whose calls, replies and change notifications arrive in the order that the scheduler chooses. */
function createScheduledStore(inner: TicketStore, scheduler: fc.Scheduler): TicketStore {
  const turn = (label: string) => scheduler.schedule(Promise.resolve(), label);
  async function schedule<T>(label: string, work: () => Promise<T>): Promise<T> {
    await turn(`${label} arrives`);
    const answer = await work();
    await turn(`${label} is answered`);
    return answer;
  }
  return {
    create: (ticket) => schedule("create", () => inner.create(ticket)),
    get: (id) => schedule("get", () => inner.get(id)),
    replace: (ticket, expectedWriteId) => schedule("replace", () => inner.replace(ticket, expectedWriteId)),
    async subscribe(id, onChange) {
      await turn("subscribe arrives");
      // Takes effect with the reply and no sooner, which is the minimum that the contract guarantees.
      return await inner.subscribe(id, () => void turn("change notification").then(() => onChange()));
    },
    close: () => inner.close(),
  };
}

/**
 * Creates a ticket behind a scheduled store. The clock stands still and the heartbeat is a year: no read by
 * time can hide a missed change notification.
 */
async function createRace(scheduler: fc.Scheduler, policy: Policy = defaultPolicy) {
  const clock = createManualClock();
  const memory = createMemoryStore({ clock, lifetimes, maxTickets: 10, maxTicketsPerApp: 10 });
  const unscheduled = createTicketService(
    { store: memory, clock, lifetimes },
    ttlPolicy,
    () => policy,
    () => {},
  );
  const context = { store: createScheduledStore(memory, scheduler), clock, lifetimes };
  const tickets = createTicketService(
    context,
    ttlPolicy,
    () => policy,
    () => {},
  );
  const watch = toPullWatch(createWatcher(context, { heartbeatInterval: 365 * 86_400_000, maxPerTicket: 4 }));
  const prepared = unscheduled.prepare(shop, { ...createParameters, asksForCheckCode: true });
  await unscheduled.create(prepared);
  const { id } = prepared.ticket;
  const proof = { ticketId: id, ticketSecret: prepared.ticketSecret };
  const exchangeTicket = exchangeTicketOf(id, prepared.ticketSecret);

  const history: Ticket[] = [];
  const reads: Promise<unknown>[] = [];
  await memory.subscribe(id, () => {
    reads.push(memory.get(id).then((ticket) => ticket && history.push(ticket)));
  });

  /** Watches until the end or until ended; `messages` has what it received. */
  function startWatch() {
    const watching = watch(shop, proof);
    const enough = new Error("enough");
    const messages: Ticket[] = [];
    async function drain(): Promise<void> {
      try {
        for await (const ticket of watching) messages.push(ticket);
      } catch (error) {
        if (error !== enough) throw error;
      }
    }
    return { end: () => watching.end(enough), messages, ended: drain() };
  }

  async function stored(): Promise<Ticket> {
    await Promise.all(reads);
    return (await memory.get(id)) as Ticket;
  }

  const authorize = (by: typeof alice) => tickets.authorize(by, id, async () => by.profile);
  const exchange = () => tickets.exchange(shop, exchangeTicket, "", async (ticket) => ticket);
  const approve = async () => {
    await unscheduled.markScanned(alice, ticketIdOnly(id));
    return await unscheduled.authorize(alice, id, async () => alice.profile);
  };
  return { id, proof, tickets, history, startWatch, stored, authorize, exchange, approve };
}

const reasonsOf = (outcomes: PromiseSettledResult<unknown>[]) =>
  outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason.reason] : []));
const wins = (outcomes: PromiseSettledResult<unknown>[]) =>
  outcomes.filter(({ status }) => status === "fulfilled").length;

/** Expects that every write is the next revision and that nothing follows a terminal state. */
function expectLinearHistory(history: readonly Ticket[]): void {
  expect(history.map(({ revision }) => revision)).toEqual(history.map((_, i) => i + 2));
  expect(history.slice(0, -1).every(({ state }) => !isTerminal(state))).toBe(true);
}

const runs = { numRuns: 300 };
const inAnyOrder = (race: (scheduler: fc.Scheduler) => Promise<void>) =>
  fc.assert(fc.asyncProperty(fc.scheduler(), race), runs);

describe("in any order of the store's calls and change notifications", () => {
  test("a watch never misses the last write", () =>
    inAnyOrder(async (scheduler) => {
      const { id, tickets, startWatch, stored } = await createRace(scheduler);
      const watch = startWatch();
      const scanned = tickets.markScanned(alice, ticketIdOnly(id));
      await scheduler.waitIdle();
      await scanned;
      expect(watch.messages.at(-1)).toEqual(await stored());
      watch.end();
      await scheduler.waitIdle();
      await requireSettled(watch.ended, "the end of the watch");
    }));

  test("a watch ends with the terminal state that is stored", () =>
    inAnyOrder(async (scheduler) => {
      const { id, proof, tickets, authorize, exchange, history, startWatch, stored } =
        await createRace(scheduler);
      const watch = startWatch();
      const login = (async () => {
        await tickets.markScanned(alice, ticketIdOnly(id));
        await authorize(alice);
        await exchange();
      })();
      const outcomes = Promise.allSettled([login, tickets.withdraw(shop, proof)]);
      await scheduler.waitIdle();
      await outcomes;
      const last = await stored();
      expect(isTerminal(last.state)).toBe(true);
      expect(watch.messages.at(-1)).toEqual(last);
      await requireSettled(watch.ended, "the end of the watch");
      expectLinearHistory(history);
    }));

  test("of two approvers, one is the scanner and the other decides nothing", () =>
    inAnyOrder(async (scheduler) => {
      const { id, tickets, authorize, history, stored } = await createRace(scheduler);
      const login = async (by: typeof alice) => {
        await tickets.markScanned(by, ticketIdOnly(id));
        await authorize(by);
      };
      const outcomes = Promise.allSettled([login(alice), login(bob)]);
      await scheduler.waitIdle();
      const settled = await outcomes;
      expect(wins(settled)).toBe(1);
      expect(reasonsOf(settled)).toEqual(["SCANNED_BY_ANOTHER_USER"]);
      const winner = settled[0]?.status === "fulfilled" ? alice : bob;
      const last = await stored();
      expect(last).toMatchObject({ state: "AUTHORIZED", scanner: { subject: winner.subject } });
      expect(last.approval?.profile).toEqual(winner.profile);
      expectLinearHistory(history);
    }));

  test("of two exchanges, one wins and the other gets TICKET_ALREADY_EXCHANGED", () =>
    inAnyOrder(async (scheduler) => {
      const { approve, exchange, history, stored } = await createRace(scheduler);
      await approve();
      const outcomes = Promise.allSettled([exchange(), exchange()]);
      await scheduler.waitIdle();
      const settled = await outcomes;
      expect(wins(settled)).toBe(1);
      expect(reasonsOf(settled)).toEqual(["TICKET_ALREADY_EXCHANGED"]);
      expect(await stored()).toMatchObject({ state: "EXCHANGED", approval: undefined });
      expectLinearHistory(history);
    }));

  test("of an exchange and a withdrawal, one ends the ticket and the other gets that state", () =>
    inAnyOrder(async (scheduler) => {
      const { approve, proof, tickets, exchange, history, stored } = await createRace(scheduler);
      await approve();
      const outcomes = Promise.allSettled([exchange(), tickets.withdraw(shop, proof)]);
      await scheduler.waitIdle();
      const settled = await outcomes;
      expect(wins(settled)).toBe(1);
      const exchanged = (await stored()).state === "EXCHANGED";
      expect(reasonsOf(settled)).toEqual([exchanged ? "TICKET_ALREADY_EXCHANGED" : "TICKET_CANCELLED"]);
      expectLinearHistory(history);
    }));

  test("of four wrong codes, three count and the ticket is cancelled", () =>
    inAnyOrder(async (scheduler) => {
      const { submit, history, stored } = await createGuesses(scheduler);
      const outcomes = Promise.allSettled(Array.from({ length: 4 }, () => submit("wrong")));
      await scheduler.waitIdle();
      const reasons = reasonsOf(await outcomes);
      expect(reasons.filter((reason) => reason === "CHECK_CODE_MISMATCH")).toHaveLength(3);
      expect(reasons.filter((reason) => reason === "TICKET_CANCELLED")).toHaveLength(1);
      expect(await stored()).toMatchObject({ state: "CANCELLED", cancelReason: "CHECK_CODE_FAILED" });
      expectLinearHistory(history);
    }));

  test("the right code among two wrong ones authorizes the ticket, whatever comes first", () =>
    inAnyOrder(async (scheduler) => {
      const { submit, history, stored } = await createGuesses(scheduler);
      const outcomes = Promise.allSettled([submit("wrong"), submit("right"), submit("wrong")]);
      await scheduler.waitIdle();
      const settled = await outcomes;
      expect(wins(settled)).toBe(1);
      const counted = (await stored()).checkCode?.wrongAttempts;
      const reasons = reasonsOf(settled);
      expect(reasons.filter((reason) => reason === "CHECK_CODE_MISMATCH")).toHaveLength(counted ?? -1);
      expect(await stored()).toMatchObject({ state: "AUTHORIZED" });
      expectLinearHistory(history);
    }));

  test("of a right code and the scanner's refusal, one wins and the other gets the state of the winner", () =>
    inAnyOrder(async (scheduler) => {
      const { submit, tickets, id, history, stored } = await createGuesses(scheduler);
      const outcomes = Promise.allSettled([submit("right"), tickets.cancel(alice, id)]);
      await scheduler.waitIdle();
      const settled = await outcomes;
      expect(wins(settled)).toBe(1);
      const authorized = (await stored()).state === "AUTHORIZED";
      expect(reasonsOf(settled)).toEqual([authorized ? "TICKET_ALREADY_AUTHORIZED" : "TICKET_CANCELLED"]);
      expectLinearHistory(history);
    }));
});

/** Creates a ticket behind a scheduled store that waits for a check code, and a function that submits one. */
async function createGuesses(scheduler: fc.Scheduler) {
  const race = await createRace(scheduler, { ...defaultPolicy, checkCode: { mode: "always", digits: 6 } });
  const { checkCode } = await race.approve();
  if (!checkCode) throw new Error("the approval made no check code");
  const right = checkCode.digits;
  const wrong = right.replace(/./g, (digit) => String(9 - Number(digit)));
  const submit = (kind: "right" | "wrong") =>
    race.tickets.submitCheckCode(shop, race.proof, kind === "right" ? right : wrong);
  return { ...race, submit };
}
