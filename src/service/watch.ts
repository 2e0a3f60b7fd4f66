import type { Clock } from "../base/clock.js";
import type { Ticket } from "../domain/ticket.js";
import { isTerminal } from "../domain/ticket.js";
import { TicketError } from "../domain/ticket_error.js";
import type { TicketContext } from "./apply_command.js";
import { anyone, load, subscribe } from "./apply_command.js";
import type { CallingApp, TicketCredentials } from "./tickets.js";
import { requireCreator } from "./tickets.js";
import { createWatchLimit } from "./watch_limit.js";

export interface WatchOptions {
  /** The same status is sent again after so many milliseconds. */
  readonly heartbeatInterval: number;
  /** Watches of one ticket at a time; the newest takes the place of the oldest. */
  readonly maxPerTicket: number;
}

/** Receives what a watch finds, never while it is being started. */
export interface WatchListener {
  /** Takes the ticket as it is now. The next one comes after `resume` and not before. */
  onTicket(ticket: Ticket): void;
  /**
   * Called once, last. The error is undefined after a terminal state; else it is the reason given to `end`, or a Refusal
   * TICKET_NOT_FOUND, WATCH_SUPERSEDED, STORE_UNAVAILABLE (before the first ticket only) or CONCURRENT_UPDATE.
   */
  onEnd(error: unknown): void;
}

/** A ticket that is being watched. */
export interface TicketWatch {
  /** Asks for the next ticket. To be called once after each. */
  resume(): void;
  /** Ends the watch early. Does nothing once it has ended. */
  end(reason: unknown): void;
}

/** How soon a store that was away is asked again, in milliseconds. */
const storeRetryDelay = 1_000;

export type WatchTicket = ReturnType<typeof createWatcher>;

/**
 * Returns the function that watches a ticket for its creator: the ticket as it is now, at once, after every write and with
 * every heartbeat, until it is finished. It reads when it is asked for the next one and not before, so that nothing queues
 * behind a slow reader and the newest wins.
 *
 * Subscribe, then read, then wait: in another order a write between the reading and the subscribing would be missed.
 *
 * Callbacks, where the rest of the service has promises: a watch waits for minutes and there are tens of thousands. While it
 * waits there is a subscription and a timer, and no suspended function.
 *
 * Heartbeats and pauses run by `timer`, since the clock of the tickets may be Redis's, which steps when it is set.
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
    /** Whether the store has hinted at a write since the last reading began. */
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
        // Only now: a stranger must not be able to end the creator's watch.
        releaseSlot = watchLimit.add(credentials.ticketId, () => end(new TicketError("WATCH_SUPERSEDED")));
        deliver(ticket);
      } catch (error) {
        end(error);
      } finally {
        // It may have been ended while the store was asked.
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

    /** Waits for a hint, for the heartbeat, or until it is time to read again. */
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
          // What was true last is said again; that the time has run out is not for us to invent.
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
      return await load(context, id, anyone);
    } catch (error) {
      if (error instanceof TicketError && error.reason === "STORE_UNAVAILABLE") return "unavailable";
      throw error;
    }
  }
}
