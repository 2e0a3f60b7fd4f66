import type { Clock } from "../../domain/clock.js";
import type { HandledTicket } from "../tickets.js";
/** Finds tickets by their id alone, for apps whose switch `pollByTicketId` is on. The one thing that the gateway remembers. */
export interface TicketSecrets {
    remember(ticket: HandledTicket): void;
    of(ticketId: string): HandledTicket | undefined;
}
/** `maxAgeMs` is how long a ticket is remembered: longer than it can live. */
export declare function createTicketSecrets(clock: Clock, maxAgeMs: number, max?: number): TicketSecrets;
