import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Ticket } from "../../src/domain/ticket.js";
import type { TicketSearch } from "../../src/store/ticket_search.js";
import type { TicketStore } from "../../src/store/ticket_store.js";
import { ticketIn } from "../support/tickets.js";

/** A store, and the search of its tickets. */
export interface SearchUnderTest {
  readonly store: TicketStore;
  readonly search: TicketSearch;
  /** Current moment of the clock that expires the tickets. */
  now(): number;
}

/** Runs the contract of {@link TicketSearch}, as stated in the comment of that interface, on a store. */
export function describeTicketSearch(name: string, create: () => Promise<SearchUnderTest>): void {
  describe(`the search ${name}`, () => {
    let context: SearchUnderTest;
    beforeEach(async () => {
      context = await create();
    });
    afterEach(() => context.store.close());

    const { signal } = new AbortController();

    async function createTickets(count: number): Promise<readonly Ticket[]> {
      const tickets = Array.from({ length: count }, () =>
        ticketIn("PENDING", { expiresAt: context.now() + 120_000 }),
      );
      for (const ticket of tickets) await context.store.create(ticket);
      return tickets;
    }

    it("finds each of many tickets by a property of its id, and no other", async () => {
      const tickets = await createTickets(2_500);
      for (const { id } of [tickets[0], tickets[1_234], tickets[2_499]] as Ticket[]) {
        expect(await context.search.find((one) => one === id, signal)).toEqual({ id, isComplete: true });
      }
      expect(await context.search.find(() => false, signal)).toEqual({ id: undefined, isComplete: true });
    });

    it("looks at ids of tickets only, and at each of them", async () => {
      const tickets = await createTickets(1_200);
      const seen = new Set<string>();
      await context.search.find((id) => {
        seen.add(id);
        return false;
      }, signal);
      expect([...seen].toSorted()).toEqual(tickets.map(({ id }) => id).toSorted());
    });

    it("runs one after another, and goes on after one that was given up", async () => {
      const [ticket] = await createTickets(2_500);
      const controller = new AbortController();
      let running = 0;
      let most = 0;
      const search = (abort: boolean) => {
        let isFirst = true;
        return context.search
          .find(
            () => {
              if (isFirst) most = Math.max(most, ++running);
              isFirst = false;
              if (abort) controller.abort(new Error("given up"));
              return false;
            },
            abort ? controller.signal : signal,
          )
          .finally(() => {
            running -= 1;
          });
      };
      const results = await Promise.allSettled([search(true), search(false), search(false)]);
      expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
      expect(most).toBe(1);
      expect(ticket).toBeDefined();
    });
  });
}
