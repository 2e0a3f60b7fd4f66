import { Refusal } from "../domain/refusal.js";
import type { Ticket } from "../domain/ticket.js";
import { isTerminal } from "../domain/ticket.js";
import { createBell } from "./bell.js";
import type { CallingApp, TicketProof } from "./tickets.js";
import { creatorOnly } from "./tickets.js";
import { createWatchers } from "./watchers.js";
import type { TicketAccess } from "./write.js";
import { load, subscribe } from "./write.js";

export interface WatchOptions {
  /** The same status is sent again after so many milliseconds. */
  readonly heartbeat: number;
  /** Watches of one ticket at a time; the newest takes the place of the oldest. */
  readonly maxPerTicket: number;
}

/** How soon a store that was away is asked again, in milliseconds. */
const storeRetryDelay = 1_000;

export type WatchTicket = ReturnType<typeof createWatch>;

/**
 * Follows a ticket for its creator: the ticket as it is now, at once, after every write and with every heartbeat, until
 * it is finished. Reads when it is asked for the next value and not before, so that nothing queues behind a slow
 * reader and the newest wins.
 *
 * Subscribe, then read, then wait: in another order a write between the reading and the subscribing would be missed.
 *
 * The iterator throws the signal's reason when that is aborted, and a Refusal TICKET_NOT_FOUND, WATCH_SUPERSEDED,
 * STORE_UNAVAILABLE (before the first value only) or CONCURRENT_UPDATE.
 */
export function createWatch(access: TicketAccess, options: WatchOptions) {
  const { clock } = access;
  const watchers = createWatchers(options.maxPerTicket);

  return async function* watch(
    app: CallingApp,
    proof: TicketProof,
    signal: AbortSignal,
  ): AsyncGenerator<Ticket> {
    signal.throwIfAborted();
    const bell = createBell();
    const wake = () => bell.ring();
    signal.addEventListener("abort", wake);
    let unsubscribe: (() => void) | undefined;
    let superseded = false;
    let leave: (() => void) | undefined;
    try {
      unsubscribe = await subscribe(access, proof.ticketId, wake);
      let ticket = await load(access, proof.ticketId);
      // Only now: a stranger must not be able to end the creator's watch.
      creatorOnly(app, proof)(ticket);
      leave = watchers.enter(proof.ticketId, () => {
        superseded = true;
        wake();
      });
      for (;;) {
        signal.throwIfAborted();
        if (superseded) throw new Refusal("WATCH_SUPERSEDED");
        yield ticket;
        if (isTerminal(ticket.state)) return;
        ticket = await nextOf(ticket);
      }
    } finally {
      signal.removeEventListener("abort", wake);
      leave?.();
      unsubscribe?.();
    }

    /** The ticket once it was written again, or as it is when the heartbeat is due, or at any sign that the watch must end. */
    async function nextOf(last: Ticket): Promise<Ticket> {
      const heartbeatAt = clock.now() + options.heartbeat;
      let readAgainAt = last.expiresAt;
      for (;;) {
        await bell.rung(clock, Math.min(heartbeatAt, readAgainAt));
        if (signal.aborted || superseded) return last;
        const current = await read(proof.ticketId);
        if (current === "away") {
          // What was true last is said again; that the time has run out is not for us to invent.
          if (clock.now() >= heartbeatAt) return last;
          readAgainAt = clock.now() + storeRetryDelay;
        } else if (current.writeId !== last.writeId || clock.now() >= heartbeatAt) {
          return current;
        } else {
          readAgainAt = current.expiresAt;
        }
      }
    }
  };

  async function read(id: string): Promise<Ticket | "away"> {
    try {
      return await load(access, id);
    } catch (error) {
      if (error instanceof Refusal && error.reason === "STORE_UNAVAILABLE") return "away";
      throw error;
    }
  }
}
