import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Clock } from "../../src/base/clock.js";
import { expireIfDue } from "../../src/domain/decide.js";
import { newWriteId } from "../../src/domain/secrets.js";
import type { Ticket } from "../../src/domain/ticket.js";
import type { TicketError } from "../../src/domain/ticket_error.js";
import { applyCommand, noAccessCheck } from "../../src/service/apply_command.js";
import type { TicketStore } from "../../src/store/ticket_store.js";
import { StoreUnavailableError } from "../../src/store/ticket_store.js";
import { eventually } from "../support/eventually.js";
import { lifetimes, nextRevisionOf, ticketIn } from "../support/tickets.js";

/** The stores of one test, created for it. */
export interface StoresUnderTest {
  readonly store: TicketStore;
  /** A second store on the same back end; undefined if the back end is the process itself. */
  readonly other: TicketStore | undefined;
  /** The clock that decides whether a ticket is due. */
  readonly clock: Clock;
  /** Releases what `close` of the stores leaves, such as the data. Called after every test. */
  release(): Promise<void>;
}

/** Runs the contract of {@link TicketStore}, as stated in the comment of that interface, on a store. */
export function describeTicketStore(name: string, createStores: () => Promise<StoresUnderTest>): void {
  describe(`${name} and the contract of the store`, () => {
    let stores: StoresUnderTest;
    let store: TicketStore;
    /** A store that reads what `store` writes; `store` itself if there is no second one. */
    let second: TicketStore;

    beforeEach(async () => {
      stores = await createStores();
      store = stores.store;
      second = stores.other ?? store;
    });

    afterEach(async () => {
      await store.close();
      await stores.other?.close();
      await stores.release();
    });

    const freshTicket = (changes: Partial<Ticket> = {}) =>
      ticketIn("PENDING", { expiresAt: stores.clock.now() + 120_000, ...changes });

    async function createdTicket(): Promise<Ticket> {
      const ticket = freshTicket();
      await store.create(ticket);
      return ticket;
    }

    test("a ticket is read as it was written, with every field", async () => {
      const shapes = [
        freshTicket(),
        freshTicket({ customData: undefined, codeChallenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" }),
        freshTicket({ checkCodeDigits: 4 }),
        ticketIn("AWAITING_CHECK_CODE", { expiresAt: stores.clock.now() + 120_000 }),
        ticketIn("AUTHORIZED", { expiresAt: stores.clock.now() + 300_000 }),
        ticketIn("CANCELLED", { purgeAt: stores.clock.now() + 600_000 }),
      ];
      for (const ticket of shapes) {
        await store.create(ticket);
        expect(await second.get(ticket.id)).toEqual(ticket);
      }
    });

    test("a ticket that was never created does not exist", async () => {
      const ticket = freshTicket();
      expect(await store.get(ticket.id)).toBeUndefined();
      expect(await store.replace(ticket, ticket.writeId)).toBe(false);
      expect(await store.get(ticket.id)).toBeUndefined();
    });

    test("an id is created once, and a second attempt changes nothing", async () => {
      const ticket = await createdTicket();
      await expect(store.create(nextRevisionOf(ticket, { scene: "OTHER" }))).rejects.toThrow();
      expect(await store.get(ticket.id)).toEqual(ticket);
    });

    test("a write with the stored write id wins", async () => {
      const ticket = await createdTicket();
      const next = nextRevisionOf(ticket);
      expect(await second.replace(next, ticket.writeId)).toBe(true);
      expect(await store.get(ticket.id)).toEqual(next);
    });

    test("a write with an old write id loses and changes nothing", async () => {
      const ticket = await createdTicket();
      const winner = nextRevisionOf(ticket, { state: "CANCELLED", cancelReason: "WITHDRAWN_BY_CREATOR" });
      expect(await store.replace(winner, ticket.writeId)).toBe(true);
      expect(await second.replace(nextRevisionOf(ticket, { state: "EXPIRED" }), ticket.writeId)).toBe(false);
      expect(await store.get(ticket.id)).toEqual(winner);
    });

    test("a write with an old write id loses even if the revision matches", async () => {
      const ticket = await createdTicket();
      // A store that lost writes looks like this: the same revision by another write.
      const sameRevision = { ...ticket, writeId: newWriteId(), scene: "OTHER" };
      expect(await store.replace(sameRevision, ticket.writeId)).toBe(true);
      expect(await store.replace(nextRevisionOf(ticket), ticket.writeId)).toBe(false);
      expect(await store.get(ticket.id)).toEqual(sameRevision);
    });

    test("a hundred writers at once have one winner per write", async () => {
      let ticket = await createdTicket();
      for (let round = 0; round < 5; round++) {
        const rivals = Array.from({ length: 100 }, (_, i) =>
          nextRevisionOf(ticket, { scene: `writer ${i}` }),
        );
        const won = await Promise.all(
          rivals.map((rival, i) => (i % 2 ? second : store).replace(rival, ticket.writeId)),
        );
        expect(won.filter(Boolean)).toHaveLength(1);
        const winner = rivals[won.indexOf(true)] as Ticket;
        expect(await store.get(ticket.id)).toEqual(winner);
        ticket = winner;
      }
    });

    test("of fifty wrong check codes at both stores, exactly three count", async () => {
      const ticket = ticketIn("AWAITING_CHECK_CODE", { expiresAt: stores.clock.now() + 120_000 });
      await store.create(ticket);
      const attempt = (at: TicketStore) =>
        applyCommand(
          { store: at, clock: stores.clock, lifetimes },
          ticket.id,
          { name: "submitCheckCode", checkCode: "999999" },
          { checkAccess: noAccessCheck },
        ).catch(({ reason }: TicketError) => reason);
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, i) => attempt(i % 2 ? second : store)),
      );
      expect(answers.filter((answer) => answer === "CHECK_CODE_MISMATCH")).toHaveLength(3);
      expect(answers.filter((answer) => answer === "TICKET_CANCELLED")).toHaveLength(47);
      expect(await store.get(ticket.id)).toMatchObject({
        ...{ state: "CANCELLED", cancelReason: "CHECK_CODE_FAILED", revision: ticket.revision + 3 },
        ...{ checkCode: undefined, approval: undefined },
      });
    });

    test("a changed copy does not change the store", async () => {
      const ticket = freshTicket();
      const given = { ...ticket };
      await store.create(given);
      Reflect.set(given, "state", "EXCHANGED");
      // A store may return a frozen value; then this changes nothing either.
      Reflect.set((await store.get(ticket.id)) ?? {}, "state", "EXCHANGED");
      expect(await store.get(ticket.id)).toEqual(ticket);

      const next = nextRevisionOf(ticket);
      const replaced = { ...next };
      expect(await store.replace(replaced, ticket.writeId)).toBe(true);
      Reflect.set(replaced, "writeId", "another");
      expect(await store.get(ticket.id)).toEqual(next);
    });

    test("a change notification follows every write that commits after the subscription", async () => {
      let ticket = await createdTicket();
      const onChange = vi.fn();
      await second.subscribe(ticket.id, onChange);
      for (let write = 1; write <= 10; write++) {
        onChange.mockClear();
        const next = nextRevisionOf(ticket);
        expect(await store.replace(next, ticket.writeId)).toBe(true);
        await eventually(() => expect(onChange).toHaveBeenCalled());
        ticket = next;
      }
    });

    test("a change notification follows the write that expires a ticket", async () => {
      const ticket = await createdTicket();
      const onChange = vi.fn();
      await second.subscribe(ticket.id, onChange);
      const write = { now: ticket.expiresAt, writeId: newWriteId(), lifetimes };
      const expired = expireIfDue(ticket, write) as Ticket;
      expect(await store.replace(expired, ticket.writeId)).toBe(true);
      await eventually(() => expect(onChange).toHaveBeenCalled());
      expect(await second.get(ticket.id)).toEqual(expired);
    });

    test("a subscription that is older than its ticket gets change notifications", async () => {
      const ticket = freshTicket();
      const onChange = vi.fn();
      await store.subscribe(ticket.id, onChange);
      await store.create(ticket);
      expect(await store.replace(nextRevisionOf(ticket), ticket.writeId)).toBe(true);
      await eventually(() => expect(onChange).toHaveBeenCalled());
    });

    test("a change notification goes to every subscriber of the ticket and to no other", async () => {
      const ticket = await createdTicket();
      const elsewhere = await createdTicket();
      const callbacks = [vi.fn(), vi.fn()] as const;
      const otherCallback = vi.fn();
      for (const onChange of callbacks) await store.subscribe(ticket.id, onChange);
      await store.subscribe(elsewhere.id, otherCallback);
      await store.replace(nextRevisionOf(ticket), ticket.writeId);
      for (const onChange of callbacks) await eventually(() => expect(onChange).toHaveBeenCalled());
      expect(otherCallback).not.toHaveBeenCalled();
    });

    test("an ended subscription gets no change notification, and the others go on", async () => {
      const ticket = await createdTicket();
      const ended = vi.fn();
      const staying = vi.fn();
      const unsubscribe = await store.subscribe(ticket.id, ended);
      // Two subscriptions with the same callback.
      const once = await store.subscribe(ticket.id, staying);
      await store.subscribe(ticket.id, staying);
      unsubscribe();
      unsubscribe();
      once();
      await store.replace(nextRevisionOf(ticket), ticket.writeId);
      await eventually(() => expect(staying).toHaveBeenCalled());
      expect(ended).not.toHaveBeenCalled();
    });

    test("a second store on the same back end reads every write and can write as well", async () => {
      const ticket = await createdTicket();
      expect(await second.get(ticket.id)).toEqual(ticket);
      const onChange = vi.fn();
      await store.subscribe(ticket.id, onChange);
      const next = nextRevisionOf(ticket);
      expect(await second.replace(next, ticket.writeId)).toBe(true);
      expect(await store.get(ticket.id)).toEqual(next);
      await eventually(() => expect(onChange).toHaveBeenCalled());
      await expect(second.create(freshTicket({ id: ticket.id }))).rejects.toThrow();
    });

    test("a closed store rejects, and may be closed again", async () => {
      const ticket = await createdTicket();
      await store.close();
      await store.close();
      await expect(store.create(freshTicket())).rejects.toBeInstanceOf(StoreUnavailableError);
      await expect(store.get(ticket.id)).rejects.toBeInstanceOf(StoreUnavailableError);
      await expect(store.replace(nextRevisionOf(ticket), ticket.writeId)).rejects.toBeInstanceOf(
        StoreUnavailableError,
      );
      await expect(store.subscribe(ticket.id, () => {})).rejects.toBeInstanceOf(StoreUnavailableError);
    });
  });
}
