import type { Clock } from "../base/clock.js";
import { shownStepNumber, stepEndOf } from "../domain/qr_rotation.js";
import type { Ticket } from "../domain/ticket.js";
import { isTerminal } from "../domain/ticket.js";
import { TicketError } from "../domain/ticket_error.js";
import type { AccessCheck, TicketContext } from "./apply_command.js";
import { load, noAccessCheck, subscribe } from "./apply_command.js";
import type { CallingApp, TicketCredentials } from "./tickets.js";
import { requireCreator } from "./tickets.js";
import { createWatchLimit, type WatchLimit } from "./watch_limit.js";

export interface WatchOptions {
  /** Interval at which an unchanged status is sent again, in milliseconds. */
  readonly heartbeatInterval: number;
  /** Maximum number of watches of one ticket; the newest replaces the oldest. */
  readonly maxPerTicket: number;
}

/** The receiver of a watch. It is never called before `watch` has returned. */
export interface WatchListener {
  /**
   * Receives the current ticket. The next one is delivered only after `resume`. It is the same ticket again for a
   * heartbeat, and when the code that its screen must show has changed.
   *
   * @param traceparent Trace context of a write since the last one; see {@link TicketStore.subscribe}.
   */
  onTicket(ticket: Ticket, traceparent?: string): void;
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
 * after every write, at every step of its code and with every heartbeat, until the ticket is finished. The ticket is
 * read only when the listener asks for the next one, so nothing queues up for a slow reader and it always gets the
 * newest status. A step follows from the clock alone, so nothing is read for it, and steps go on while the store is
 * unreachable.
 *
 * A watch subscribes first, then reads, then waits. In any other order it would miss a write between the read
 * and the subscription.
 *
 * Heartbeats and pauses use `timer`. The clock of the tickets may be that of Redis, which steps when it is set.
 */
export function createWatcher(context: TicketContext, options: WatchOptions, timer: Clock = context.clock) {
  const watchLimit = createWatchLimit(options.maxPerTicket);
  const dependencies: WatchDependencies = {
    ...{ context, timer, watchLimit, heartbeatInterval: options.heartbeatInterval },
  };
  return (app: CallingApp, credentials: TicketCredentials, listener: WatchListener): TicketWatch => {
    const watch = new Watch(dependencies, credentials.ticketId, listener);
    void watch.start(requireCreator(app, credentials));
    return watch;
  };
}

interface WatchDependencies {
  readonly context: TicketContext;
  readonly timer: Clock;
  readonly watchLimit: WatchLimit;
  readonly heartbeatInterval: number;
}

/**
 * A running watch. Unlike the rest of the service, it uses callbacks, and it is a class. It waits for minutes, and
 * there may be tens of thousands: a waiting watch holds a subscription and a timer, but no suspended function and
 * few functions of its own.
 */
class Watch implements TicketWatch {
  private readonly dependencies: WatchDependencies;
  private readonly ticketId: string;
  private readonly listener: WatchListener;
  private readonly onTimer = () => this.wake();
  private hasEnded = false;
  /** True if the store has reported a change since the last read began. */
  private hasChanged = false;
  /** Moment of the timer; 0 until the listener resumes after a read. */
  private heartbeatAt = 0;
  /** Moment of the timer at which the ticket expires, or at which an unreachable store is read again. */
  private readAgainAt = 0;
  private last: Ticket | undefined = undefined;
  /** Trace context of the write that the store has reported last. */
  private traceparent: string | undefined = undefined;
  /** Number of the step that the listener has; undefined if the code of the ticket does not change. */
  private sentStep: number | undefined = undefined;
  private cancelTimer: (() => void) | undefined = undefined;
  private unsubscribe: (() => void) | undefined = undefined;
  private releaseSlot: (() => void) | undefined = undefined;

  constructor(dependencies: WatchDependencies, ticketId: string, listener: WatchListener) {
    this.dependencies = dependencies;
    this.ticketId = ticketId;
    this.listener = listener;
  }

  async start(checkAccess: AccessCheck): Promise<void> {
    const { context, watchLimit } = this.dependencies;
    try {
      this.unsubscribe = await subscribe(context, this.ticketId, (traceparent) => this.onChange(traceparent));
      const ticket = await load(context, this.ticketId, checkAccess);
      if (this.hasEnded) return;
      // Counted only after the access check: a caller without access must not be able to end the creator's watch.
      this.releaseSlot = watchLimit.add(this.ticketId, () => this.end(new TicketError("WATCH_SUPERSEDED")));
      this.deliver(ticket);
    } catch (error) {
      this.end(error);
    } finally {
      // The watch may have ended while the store was read.
      if (this.hasEnded) this.release();
    }
  }

  resume(): void {
    if (!this.last) return;
    // A step does not put off the heartbeat, whose read also finds a write whose change notification was lost.
    if (this.heartbeatAt === 0) {
      const { timer, heartbeatInterval } = this.dependencies;
      this.heartbeatAt = timer.now() + heartbeatInterval;
      this.readAgainAt = this.expiryMomentOf(this.last);
    }
    this.wait();
  }

  end(reason: unknown): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.release();
    this.listener.onEnd(reason);
  }

  private deliver(ticket: Ticket): void {
    this.last = ticket;
    this.heartbeatAt = 0;
    this.send(ticket);
    if (isTerminal(ticket.state)) this.end(undefined);
  }

  private send(ticket: Ticket): void {
    this.sentStep = this.stepNumberOf(ticket);
    const { traceparent } = this;
    this.traceparent = undefined;
    this.listener.onTicket(ticket, traceparent);
  }

  /** Sends the next step. Nobody would catch an error of the listener here, in the callback of a timer. */
  private sendStep(ticket: Ticket): void {
    try {
      this.send(ticket);
    } catch (error) {
      this.end(error);
    }
  }

  /** Waits for a change notification, the heartbeat, the time of the next read, or the next step. */
  private wait(): void {
    if (this.hasEnded) return;
    const { timer } = this.dependencies;
    const at = Math.min(this.heartbeatAt, this.readAgainAt, this.nextStepMoment());
    if (this.hasChanged) void this.readAgain();
    else this.cancelTimer = timer.after(Math.max(0, at - timer.now()), this.onTimer);
  }

  private onChange(traceparent: string | undefined): void {
    this.hasChanged = true;
    this.traceparent = traceparent;
    if (this.cancelTimer) void this.readAgain();
  }

  private wake(): void {
    this.stopWaiting();
    const isReadDue = this.dependencies.timer.now() >= Math.min(this.heartbeatAt, this.readAgainAt);
    if (isReadDue || !this.last) void this.readAgain();
    else if (this.stepNumberOf(this.last) !== this.sentStep) this.sendStep(this.last);
    // The timer fired early, or the clock of the tickets was set back.
    else this.wait();
  }

  private async readAgain(): Promise<void> {
    const { timer } = this.dependencies;
    this.stopWaiting();
    this.hasChanged = false;
    try {
      const current = await this.readOrUnavailable();
      if (this.hasEnded) return;
      const isDue = timer.now() >= this.heartbeatAt;
      if (current === undefined) {
        // Repeats the last known status: an unreachable store must not make the watch report EXPIRED.
        if (isDue && this.last) this.deliver(this.last);
        else this.waitForRead(timer.now() + storeRetryDelay);
      } else if (isDue || current.writeId !== this.last?.writeId) {
        this.deliver(current);
      } else {
        this.waitForRead(this.expiryMomentOf(current));
      }
    } catch (error) {
      this.end(error);
    }
  }

  private waitForRead(moment: number): void {
    this.readAgainAt = moment;
    this.wait();
  }

  /** Resolves with the ticket, or with undefined while the store is unreachable. */
  private async readOrUnavailable(): Promise<Ticket | undefined> {
    try {
      return await load(this.dependencies.context, this.ticketId, noAccessCheck);
    } catch (error) {
      if (error instanceof TicketError && error.reason === "STORE_UNAVAILABLE") return undefined;
      throw error;
    }
  }

  /** Returns the moment of the timer at which the ticket's time runs out. */
  private expiryMomentOf({ expiresAt }: Ticket): number {
    const { context, timer } = this.dependencies;
    return timer.now() + expiresAt - context.clock.now();
  }

  private stepNumberOf(ticket: Ticket): number | undefined {
    return shownStepNumber(ticket, this.dependencies.context.clock.now());
  }

  /** Returns the moment of the timer at which the listener needs another step; Infinity if it never does. */
  private nextStepMoment(): number {
    const { context, timer } = this.dependencies;
    if (this.sentStep === undefined || !this.last?.qrRotation) return Number.POSITIVE_INFINITY;
    // More than one step may have passed while the listener was not ready.
    if (this.stepNumberOf(this.last) !== this.sentStep) return timer.now();
    const end = stepEndOf(this.last.qrRotation, this.sentStep) ?? Number.POSITIVE_INFINITY;
    return timer.now() + end - context.clock.now();
  }

  private stopWaiting(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
  }

  private release(): void {
    this.stopWaiting();
    this.releaseSlot?.();
    this.unsubscribe?.();
    this.releaseSlot = this.unsubscribe = undefined;
  }
}
