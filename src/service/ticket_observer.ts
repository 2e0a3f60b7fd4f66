import type { Ticket } from "../domain/ticket.js";

/** Receives the writes of tickets, for metrics. */
export interface TicketObserver {
  /**
   * Called once for each write that won, by the process that made it.
   *
   * @param previous The ticket that was replaced; undefined if the ticket is new.
   */
  onWrite(ticket: Ticket, previous: Ticket | undefined): void;
}
