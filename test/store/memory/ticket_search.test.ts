import { createMemoryStore } from "../../../src/store/memory/memory_store.js";
import { createManualClock } from "../../support/clock.js";
import { lifetimes } from "../../support/tickets.js";
import { describeTicketSearch } from "../ticket_search_contract.js";

describeTicketSearch("in memory", async () => {
  const clock = createManualClock();
  const store = createMemoryStore({ clock, lifetimes, maxTickets: 10_000, maxTicketsPerApp: 10_000 });
  return { store, search: store, now: clock.now };
});
