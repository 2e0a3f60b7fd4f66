import { Refusal } from "../domain/refusal.js";
import type { Ticket } from "../domain/ticket.js";
import { isTerminal } from "../domain/ticket.js";
import { createBell } from "./bell.js";
import type { CallingApp, TicketProof } from "./tickets.js";
import { creatorOnly } from "./tickets.js";
import { createWatchers } from "./watchers.js";
import type { TicketAccess } from "./write.js";
import { inStore, load } from "./write.js";

export interface WatchOptions {
  /** The same status is sent again after so many milliseconds. */
  readonly heartbeat: number;
  /** Watches of one ticket at a time; the newest takes the place of the oldest. */
  readonly maxPerTicket: number;
}

/**
 * A ticket that is watched by its creator: the ticket as it is now, at once, after every write and with every heartbeat, until
 * it is finished. Reads when it is asked for the next value and not before, so that nothing queues behind a slow
 * reader and the newest wins.
 *
 * `next` rejects with the reason for which the watch was ended, and with a Refusal TICKET_NOT_FOUND, WATCH_SUPERSEDED,
 * STORE_UNAVAILABLE (before the first value only) or CONCURRENT_UPDATE. Once it has rejected or is done, nothing of the
 * watch is left.
 */
export interface TicketWatch extends AsyncIterableIterator<Ticket, undefined> {
  next(): Promise<IteratorResult<Ticket, undefined>>;
  return(): Promise<IteratorResult<Ticket, undefined>>;
  /** Ends the watch early: the pending or the next call of `next` rejects with the reason. */
  end(reason: unknown): void;
}

/** How soon a store that was away is asked again, in milliseconds. */
const storeRetryDelay = 1_000;

const done: IteratorReturnResult<undefined> = { done: true, value: undefined };

export type WatchTicket = ReturnType<typeof createWatch>;

/**
 * Returns the function that starts a watch. Nothing is done before the first `next`.
 *
 * Subscribe, then read, then wait: in another order a write between the reading and the subscribing would be missed.
 *
 * An iterator by hand and no async generator, and no AbortSignal: both are kept for as long as a watch waits, which is
 * minutes, and there are tens of thousands.
 */
export function createWatch(access: TicketAccess, options: WatchOptions) {
  const { store, clock } = access;
  const watchers = createWatchers(options.maxPerTicket);

  return function watch(app: CallingApp, proof: TicketProof): TicketWatch {
    const bell = createBell();
    let last: Ticket | undefined;
    let end: { readonly reason: unknown } | undefined;
    let unsubscribe: (() => void) | undefined;
    let leave: (() => void) | undefined;
    let isOver = false;

    /** Subscribes, and reads the ticket for the first time. */
    async function first(): Promise<Ticket> {
      unsubscribe = await inStore(() => store.subscribe(proof.ticketId, bell.ring));
      const ticket = await load(access, proof.ticketId);
      // Only now: a stranger must not be able to end the creator's watch.
      creatorOnly(app, proof)(ticket);
      leave = watchers.enter(proof.ticketId, () => endWith(new Refusal("WATCH_SUPERSEDED")));
      return ticket;
    }

    /** The ticket once it was written again, or as it is when the heartbeat is due, or at any sign that the watch must end. */
    async function nextOf(previous: Ticket): Promise<Ticket> {
      const heartbeatAt = clock.now() + options.heartbeat;
      let readAgainAt = previous.expiresAt;
      for (;;) {
        await bell.rung(clock, Math.min(heartbeatAt, readAgainAt));
        if (end || isOver) return previous;
        const current = await read(proof.ticketId);
        if (current === "away") {
          // What was true last is said again; that the time has run out is not for us to invent.
          if (clock.now() >= heartbeatAt) return previous;
          readAgainAt = clock.now() + storeRetryDelay;
        } else if (current.writeId !== previous.writeId || clock.now() >= heartbeatAt) {
          return current;
        } else {
          readAgainAt = current.expiresAt;
        }
      }
    }

    function throwIfEnded(): void {
      if (end) throw end.reason;
    }

    function endWith(reason: unknown): void {
      end ??= { reason };
      bell.ring();
    }

    function release(): void {
      isOver = true;
      leave?.();
      unsubscribe?.();
      leave = unsubscribe = undefined;
    }

    return {
      async next() {
        if (isOver) return done;
        try {
          throwIfEnded();
          if (last && isTerminal(last.state)) {
            release();
            return done;
          }
          last = last ? await nextOf(last) : await first();
          throwIfEnded();
          if (isOver) {
            // The reader has left meanwhile.
            release();
            return done;
          }
          return { done: false, value: last };
        } catch (error) {
          release();
          throw error;
        }
      },
      async return() {
        release();
        bell.ring();
        return done;
      },
      end: endWith,
      [Symbol.asyncIterator]() {
        return this;
      },
    };
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
