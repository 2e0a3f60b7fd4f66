import type { Ticket } from "../domain/ticket.js";

/**
 * A store of tickets. This comment is the contract, and `test/store/ticket_store_contract.ts` tests every store
 * against it.
 *
 * Returned tickets are values: changing one does not change the store. A store keeps a ticket at least until
 * its {@link Ticket.purgeAt}. It keeps a live ticket past its `expiresAt`, since expiry is a write like any
 * other.
 *
 * Every method rejects with {@link StoreUnavailableError} while the back end is unreachable and after `close`.
 */
export interface TicketStore {
  /**
   * Adds a ticket.
   *
   * @throws TicketError TOO_MANY_TICKETS when the store, or the app's share of it, is full.
   * @throws Error when the id is taken. With 128 random bits that is a fault.
   */
  create(ticket: Ticket, traceparent?: string): Promise<void>;

  /** Resolves with the ticket as last written, or with undefined if it does not exist or has been deleted. */
  get(id: string): Promise<Ticket | undefined>;

  /**
   * Writes `ticket` if the stored ticket still has the write id `expectedWriteId`. Resolves with true if it
   * wrote. The comparison uses write ids because a store that has lost writes reaches the same revision twice.
   *
   * @throws StoreUnavailableError with `outcome` "unknown" when the back end became unreachable before it
   * replied.
   */
  replace(ticket: Ticket, expectedWriteId: string, traceparent?: string): Promise<boolean>;

  /**
   * Calls `onChange` after every write to the ticket that commits after the promise has resolved. Resolves with a
   * function that ends the subscription. A call only triggers a read: one that is lost, repeated or late may delay an
   * update but not falsify it. `onChange` must not throw. The ticket need not exist.
   *
   * `traceparent` is the context that the write was given (W3C Trace Context). It is for traces alone: it may be
   * missing, or that of another write to the ticket.
   */
  subscribe(id: string, onChange: (traceparent?: string) => void): Promise<() => void>;

  /** Releases every connection, timer and subscription. Has no effect when called again. */
  close(): Promise<void>;
}

/** The error of a store whose back end is unreachable. */
export class StoreUnavailableError extends Error {
  /** Outcome of the write; "unknown" if it may have happened all the same. */
  readonly outcome: "not written" | "unknown";

  constructor(message: string, outcome: "not written" | "unknown" = "not written", options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreUnavailableError";
    this.outcome = outcome;
  }
}
