import type { Clock } from "../../base/clock.js";
import type { PageTicket } from "../tickets/page_tickets.js";

/**
 * Tickets by their id, for apps with `pollByTicketId`. This is the only per-ticket state that the gateway has
 * to keep.
 */
export interface TicketsById {
  add(ticket: PageTicket): void;
  find(ticketId: string): PageTicket | undefined;
}

/** Largest number of tickets, about 40 megabytes. A new ticket displaces the oldest. */
const maxTickets = 100_000;

/** Creates an empty store. It keeps each ticket for `maxAgeMs`, which must be longer than a ticket can live. */
export function createTicketsById(clock: Clock, maxAgeMs: number, max = maxTickets): TicketsById {
  const entries = new Map<string, { readonly ticket: PageTicket; readonly expiresAt: number }>();

  return {
    add(ticket) {
      const now = clock.now();
      // All entries live equally long, so they expire in insertion order.
      for (const [id, { expiresAt }] of entries) {
        if (expiresAt > now && entries.size < max) break;
        entries.delete(id);
      }
      entries.set(ticket.ticketId, { ticket, expiresAt: now + maxAgeMs });
    },

    find(ticketId) {
      const entry = entries.get(ticketId);
      return entry && entry.expiresAt > clock.now() ? entry.ticket : undefined;
    },
  };
}
