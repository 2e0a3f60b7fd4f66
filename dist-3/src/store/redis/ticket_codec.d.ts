import type { Ticket } from "../../domain/ticket.js";
/**
 * A ticket as a value in Redis: the write id, the version of the form, and the rest as a JSON array. By position and not by name, which
 * makes it half as long; the id is in the key. Parts that are undefined are null in JSON.
 */
export declare function encodeTicket(ticket: Ticket): string;
/**
 * Returns the ticket that a value holds.
 *
 * @throws StoreUnavailable when a node of another version has written the value: during a rolling upgrade the caller's next
 * try may reach one that can read it.
 * @throws Error when the value cannot be read at all.
 */
export declare function decodeTicket(id: string, value: string): Ticket;
