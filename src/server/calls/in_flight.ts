import { systemClock } from "../../base/clock.js";
import { type DrainPace, drainGradually } from "../../base/drain_gradually.js";
import { type Link, LinkedList } from "../../base/linked_list.js";
import type { TicketError } from "../../domain/ticket_error.js";

/** A call that the server can end early. */
export interface EndableCall {
  end(reason: TicketError): void;
}

/** Kind of a call: `calls` end by themselves soon, `watches` last until one side ends them. */
export type CallKind = "calls" | "watches";

/**
 * The calls in progress. They are kept in one list for each kind. Listeners on a shared AbortSignal would make
 * every call cost more with each open watch, because an EventTarget searches all its listeners whenever one is
 * added or removed.
 */
export interface InFlightCalls {
  /** Error for all further calls. Undefined while calls are accepted. */
  readonly stopReason: TicketError | undefined;
  /** Returns the number of calls of a kind. */
  count(kind: CallKind): number;
  /** Adds a call. Returns its place, to be passed to `remove`. */
  add(call: EndableCall, kind: CallKind): Link<EndableCall>;
  remove(link: Link<EndableCall>): void;
  /**
   * Sets the stop reason and ends all watches with it, spread over the time of the pace. Other calls go on.
   * Resolves once the last watch was told to end.
   */
  stop(reason: TicketError, pace: DrainPace): Promise<void>;
  /** Ends the remaining calls with the stop reason at once. To be called after `stop`. */
  endCalls(): void;
  /** Resolves once no call is in progress. */
  whenIdle(): Promise<void>;
}

const atOnce: DrainPace = { timeMs: 0, timer: systemClock };

export function createInFlightCalls(): InFlightCalls {
  const open = { calls: new LinkedList<EndableCall>(), watches: new LinkedList<EndableCall>() };
  const isIdle = () => open.calls.isEmpty && open.watches.isEmpty;
  let stopReason: TicketError | undefined;
  let idleListeners: (() => void)[] = [];

  const endAll = (kind: CallKind, reason: TicketError, pace: DrainPace) =>
    drainGradually(open[kind], open[kind].size, (call) => call.end(reason), pace);

  return {
    get stopReason() {
      return stopReason;
    },
    count: (kind) => open[kind].size,
    add: (call, kind) => open[kind].push(call),
    remove(link) {
      link.remove();
      if (!isIdle()) return;
      for (const resolve of idleListeners) resolve();
      idleListeners = [];
    },
    stop(reason, pace) {
      stopReason = reason;
      return endAll("watches", reason, pace);
    },
    endCalls() {
      if (stopReason) void endAll("calls", stopReason, atOnce);
    },
    whenIdle() {
      return isIdle() ? Promise.resolve() : new Promise((resolve) => idleListeners.push(resolve));
    },
  };
}
