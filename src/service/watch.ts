import type { Clock } from "../base/clock.js";
import type { Ticket } from "../domain/ticket.js";
import { isTerminal } from "../domain/ticket.js";
import { TicketError } from "../domain/ticket_error.js";
import type { TicketContext } from "./apply_command.js";
import { load, noAccessCheck, subscribe } from "./apply_command.js";
import type { CallingApp, TicketCredentials } from "./tickets.js";
import { requireCreator } from "./tickets.js";
import { createWatchLimit } from "./watch_limit.js";

export interface WatchOptions {
  /** Interval at which an unchanged status is sent again, in milliseconds. */
  readonly heartbeatInterval: number;
  /** Maximum number of watches of one ticket; the newest replaces the oldest. */
  readonly maxPerTicket: number;
}

/** The receiver of a watch. It is never called before `watch` has returned. */
export interface WatchListener {
  /** Receives the current ticket. The next one is delivered only after `resume`. */
  onTicket(ticket: Ticket): void;
  /**
   * Receives the end of the watch, once and last. `error` is undefined after a terminal state; otherwise it is the
   * reason given to `end`, or a TicketError TICKET_NOT_FOUND, WATCH_SUPERSEDED, STORE_UNAVAILABLE (before the first
   * ticket only) or CONCURRENT_UPDATE.
   */
  onEnd(error: unknown): void;
}

/** A running watch of a ticket. */
export interface TicketWatch {
  /** Requests the next ticket. Call it once after each ticket. */
  resume(): void;
  /** Ends the watch early. Has no effect once it has ended. */
  end(reason: unknown): void;
}

/** Pause before an unreachable store is read again, in milliseconds. */
const storeRetryDelay = 1_000;

export type WatchTicket = ReturnType<typeof createWatcher>;

/**
 * Returns the function that watches a ticket for its creator. The listener gets the current ticket at once,
 * after every write and with every heartbeat, until the ticket is finished. The ticket is read only when the
 * listener asks for the next one, so nothing queues up for a slow reader and it always gets the newest status.
 *
 * A watch subscribes first, then reads, then waits. In any other order it would miss a write between the read
 * and the subscription.
 *
 * Unlike the rest of the service, a watch uses callbacks. It waits for minutes, and there may be tens of thousands.
 * With callbacks, a waiting watch holds a subscription and a timer but no suspended function.
 *
 * Heartbeats and pauses use `timer`. The clock of the tickets may be that of Redis, which steps when it is set.
 */
export function createWatcher(context: TicketContext, options: WatchOptions, timer: Clock = context.clock) {
  const { clock } = context;
  const watchLimit = createWatchLimit(options.maxPerTicket);

  return function watch(
    app: CallingApp,
    credentials: TicketCredentials,
    listener: WatchListener,
  ): TicketWatch {
    let hasEnded = false;
    /** True if the store has reported a change since the last read began. */
    let hasChanged = false;
    let heartbeatAt = 0;
    let last: Ticket;
    let cancelTimer: (() => void) | undefined;
    let unsubscribe: (() => void) | undefined;
    let releaseSlot: (() => void) | undefined;

    async function start(): Promise<void> {
      try {
        unsubscribe = await subscribe(context, credentials.ticketId, onChange);
        const ticket = await load(context, credentials.ticketId, requireCreator(app, credentials));
        if (hasEnded) return;
        // Counted only after the access check: a caller without access must not be able to end the creator's watch.
        releaseSlot = watchLimit.add(credentials.ticketId, () => end(new TicketError("WATCH_SUPERSEDED")));
        deliver(ticket);
      } catch (error) {
        end(error);
      } finally {
        // The watch may have ended while the store was read.
        if (hasEnded) release();
      }
    }

    function deliver(ticket: Ticket): void {
      last = ticket;
      listener.onTicket(ticket);
      if (isTerminal(ticket.state)) end(undefined);
    }

    function resume(): void {
      heartbeatAt = timer.now() + options.heartbeatInterval;
      wait(expiryMomentOf(last));
    }

    /** Waits for a change notification, the heartbeat, or the time of the next read. */
    function wait(readAgainAt: number): void {
      if (hasEnded) return;
      const at = Math.min(heartbeatAt, readAgainAt);
      if (hasChanged) readNow();
      else cancelTimer = timer.after(Math.max(0, at - timer.now()), readNow);
    }

    function onChange(): void {
      hasChanged = true;
      if (cancelTimer) readNow();
    }

    const readNow = () => void readAgain();

    async function readAgain(): Promise<void> {
      stopWaiting();
      hasChanged = false;
      try {
        const current = await readOrUnavailable(credentials.ticketId);
        if (hasEnded) return;
        const isDue = timer.now() >= heartbeatAt;
        if (current === "unavailable") {
          // Repeats the last known status: an unreachable store must not make the watch report EXPIRED.
          if (isDue) deliver(last);
          else wait(timer.now() + storeRetryDelay);
        } else if (isDue || current.writeId !== last.writeId) {
          deliver(current);
        } else {
          wait(expiryMomentOf(current));
        }
      } catch (error) {
        end(error);
      }
    }

    function stopWaiting(): void {
      cancelTimer?.();
      cancelTimer = undefined;
    }

    function end(reason: unknown): void {
      if (hasEnded) return;
      hasEnded = true;
      release();
      listener.onEnd(reason);
    }

    function release(): void {
      stopWaiting();
      releaseSlot?.();
      unsubscribe?.();
      releaseSlot = unsubscribe = undefined;
    }

    void start();
    return { resume, end };
  };

  /** Returns the moment of `timer` at which the ticket's time runs out. */
  function expiryMomentOf(ticket: Ticket): number {
    return timer.now() + ticket.expiresAt - clock.now();
  }

  async function readOrUnavailable(id: string): Promise<Ticket | "unavailable"> {
    try {
      return await load(context, id, noAccessCheck);
    } catch (error) {
      if (error instanceof TicketError && error.reason === "STORE_UNAVAILABLE") return "unavailable";
      throw error;
    }
  }
}
