import type { Clock } from "../../domain/clock.js";
import type { HandledTicket } from "../tickets.js";

/** Finds tickets by their id alone, for apps whose switch `pollByTicketId` is on. The one thing that the gateway remembers. */
export interface TicketSecrets {
  remember(ticket: HandledTicket): void;
  of(ticketId: string): HandledTicket | undefined;
}

/** So many tickets, about 40 megabytes. The oldest is forgotten first. */
const maxRemembered = 100_000;

/** `maxAgeMs` is how long a ticket is remembered: longer than it can live. */
export function createTicketSecrets(clock: Clock, maxAgeMs: number, max = maxRemembered): TicketSecrets {
  const known = new Map<string, { readonly ticket: HandledTicket; readonly until: number }>();

  return {
    remember(ticket) {
      const now = clock.now();
      // All live equally long, so the first to come is the first to go.
      for (const [id, { until }] of known) {
        if (until > now && known.size < max) break;
        known.delete(id);
      }
      known.set(ticket.ticketId, { ticket, until: now + maxAgeMs });
    },

    of(ticketId) {
      const entry = known.get(ticketId);
      return entry && entry.until > clock.now() ? entry.ticket : undefined;
    },
  };
}
