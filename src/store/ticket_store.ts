import type { Ticket } from "../domain/ticket.js";

/**
 * Where tickets are kept. This comment is the contract, `test/store/ticket_store_contract.ts` its proof, and a store is whatever passes it.
 *
 * Tickets that a store answers are values: changing one changes nothing in the store. A store keeps a ticket at least
 * until its {@link Ticket.purgeAt}, and a live one past its `expiresAt`, since expiry is a write like any other.
 *
 * Every member rejects with {@link StoreUnavailableError} while the back end is away and after `close`.
 */
export interface TicketStore {
  /**
   * Adds a ticket.
   *
   * @throws TicketError TOO_MANY_TICKETS when the store, or the app's share of it, is full.
   * @throws Error when the id is taken. With 128 random bits that is a fault, not an event.
   */
  create(ticket: Ticket): Promise<void>;

  /** The ticket as it was last written, or undefined if there is none or it has been forgotten. */
  get(id: string): Promise<Ticket | undefined>;

  /**
   * Writes `ticket` if the one that is stored still has the write id `expectedWriteId`, and tells whether it did. The
   * write id and not the revision: a store that lost writes counts to the same number twice.
   *
   * @throws StoreUnavailableError with `outcome` "unknown" when the back end went away before it answered.
   */
  replace(ticket: Ticket, expectedWriteId: string): Promise<boolean>;

  /**
   * Calls `onChange` after every write to the ticket that commits once the promise is fulfilled, until the answer is
   * called. A bare hint to read again: one that is lost, doubled or late may delay and never mislead. `onChange` must
   * not throw. There need be no such ticket.
   */
  subscribe(id: string, onChange: () => void): Promise<() => void>;

  /** Lets go of every connection, timer and subscription. A second call changes nothing. */
  close(): Promise<void>;
}

/** The back end of a store is away. */
export class StoreUnavailableError extends Error {
  /** Whether the write may have happened all the same. */
  readonly outcome: "not written" | "unknown";

  constructor(message: string, outcome: "not written" | "unknown" = "not written", options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreUnavailableError";
    this.outcome = outcome;
  }
}
