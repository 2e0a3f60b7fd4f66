import { expireIfDue } from "../domain/decide.js";
import { isTicketId, logIdOf, newWriteId } from "../domain/secrets.js";
import { type CancelReason, isTerminal, type TicketState } from "../domain/ticket.js";
import { TicketError } from "../domain/ticket_error.js";
import type { TicketSearch } from "../store/ticket_search.js";
import { type TicketContext, translateStoreErrors } from "./apply_command.js";

/** Reference to a ticket: its id, or the hash that stands for it in the log. */
export type TicketReference = { readonly ticketId: string } | { readonly logId: string };

/**
 * Ticket as support sees it: without anything about a user, a device or a network, and without what its QR code
 * contains. Times are moments of the clock that expires the tickets.
 */
export interface TicketDescription {
  readonly logId: string;
  readonly appId: string;
  readonly userPoolId: string;
  readonly state: TicketState;
  readonly cancelReason: CancelReason | undefined;
  readonly revision: number;
  readonly isScanned: boolean;
  readonly checkCodeDigits: number;
  readonly wrongCheckCodes: number;
  readonly hasChangingCode: boolean;
  readonly approvedAt: number | undefined;
  readonly expiresAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly purgeAt: number | undefined;
}

/** Describes a ticket and writes nothing. */
export type DescribeTicket = (reference: TicketReference, signal: AbortSignal) => Promise<TicketDescription>;

/**
 * Creates the use case.
 *
 * @throws TicketError TICKET_NOT_FOUND, STORE_UNAVAILABLE (each call).
 */
export function createDescribeTicket(
  { store, clock, lifetimes }: TicketContext,
  search: TicketSearch,
): DescribeTicket {
  async function resolve(reference: TicketReference, signal: AbortSignal): Promise<string> {
    if ("ticketId" in reference) {
      if (isTicketId(reference.ticketId)) return reference.ticketId;
      throw new TicketError("TICKET_NOT_FOUND");
    }
    const { logId } = reference;
    const { id, isComplete } = await search.find((one) => logIdOf(one) === logId, signal);
    if (id !== undefined) return id;
    throw new TicketError(
      "TICKET_NOT_FOUND",
      isComplete
        ? undefined
        : "no such ticket was seen before the search gave up: the store has too many keys; pass the ticket id",
    );
  }

  return (reference, signal) =>
    translateStoreErrors(async () => {
      const id = await resolve(reference, signal);
      const stored = await store.get(id);
      if (!stored) throw new TicketError("TICKET_NOT_FOUND");
      const ticket = expireIfDue(stored, { now: clock.now(), writeId: newWriteId(), lifetimes }) ?? stored;
      const { purgeAt, checkCode, approval } = ticket;
      return {
        ...{ logId: logIdOf(id), appId: ticket.appId, userPoolId: ticket.userPoolId },
        ...{ state: ticket.state, cancelReason: ticket.cancelReason, revision: ticket.revision },
        isScanned: ticket.scanner !== undefined,
        checkCodeDigits: ticket.checkCodeDigits,
        wrongCheckCodes: checkCode?.wrongAttempts ?? 0,
        hasChangingCode: ticket.qrRotation !== undefined,
        approvedAt: approval?.approvedAt,
        expiresAt: isTerminal(ticket.state) ? undefined : ticket.expiresAt,
        // A finished ticket is kept for as long as the retention says.
        endedAt: purgeAt === undefined ? undefined : purgeAt - lifetimes.retention,
        purgeAt,
      };
    });
}
