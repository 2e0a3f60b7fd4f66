import { LRUCache } from "lru-cache";
import type { Clock } from "../../base/clock.js";
import type { PageTicket } from "../tickets/page_tickets.js";

/** Finds tickets by their id alone, for apps whose switch `pollByTicketId` is on. The one thing that the gateway remembers. */
export interface TicketsById {
  add(ticket: PageTicket): void;
  find(ticketId: string): PageTicket | undefined;
}

/** So many tickets, about 40 megabytes. The oldest is forgotten first. */
const maxTickets = 100_000;

/** `maxAgeMs` is how long a ticket is remembered: longer than it can live. */
export function createTicketsById(clock: Clock, maxAgeMs: number, max = maxTickets): TicketsById {
  // The age is checked here, since a cache with a `ttl` keeps what has expired until it is asked for. `peek` leaves the order alone.
  const entries = new LRUCache<string, { readonly ticket: PageTicket; readonly until: number }>({ max });

  return {
    add(ticket) {
      const now = clock.now();
      // All live equally long, so the first to come is the first to go.
      for (const id of entries.rkeys()) {
        if ((entries.peek(id)?.until ?? 0) > now) break;
        entries.delete(id);
      }
      entries.set(ticket.ticketId, { ticket, until: now + maxAgeMs });
    },

    find(ticketId) {
      const entry = entries.peek(ticketId);
      return entry && entry.until > clock.now() ? entry.ticket : undefined;
    },
  };
}
