import { setImmediate as nextTurn } from "node:timers/promises";
import type { TicketError } from "../../domain/ticket_error.js";

/** A call that the server can end early. */
export interface EndableCall {
  end(reason: TicketError): void;
}

/** Kind of a call: `calls` end by themselves soon, `watches` last until one side ends them. */
export type CallKind = "calls" | "watches";

/**
 * The calls in progress. They are kept in one set for each kind. Listeners on a shared AbortSignal would make
 * every call cost more with each open watch, because an EventTarget searches all its listeners whenever one is
 * added or removed.
 */
export interface InFlightCalls {
  /** Error for all further calls. Undefined while calls are accepted. */
  readonly stopReason: TicketError | undefined;
  /** Returns the number of calls of a kind. */
  count(kind: CallKind): number;
  add(call: EndableCall, kind: CallKind): void;
  delete(call: EndableCall): void;
  /**
   * Sets the stop reason and ends all watches with it, one slice in each turn of the event loop. Other calls
   * go on.
   */
  stop(reason: TicketError): void;
  /** Ends the remaining calls with the stop reason, in slices as well. To be called after `stop`. */
  endCalls(): void;
  /** Resolves once no call is in progress. */
  whenIdle(): Promise<void>;
}

/**
 * Number of calls that are ended in one turn of the event loop. Few, since each writes its response and its log
 * line.
 */
const sliceSize = 200;

export function createInFlightCalls(): InFlightCalls {
  const open: Record<CallKind, Set<EndableCall>> = { calls: new Set(), watches: new Set() };
  const isIdle = () => open.calls.size === 0 && open.watches.size === 0;
  let stopReason: TicketError | undefined;
  let idleListeners: (() => void)[] = [];

  async function endAll(calls: ReadonlySet<EndableCall>, reason: TicketError): Promise<void> {
    let ended = 0;
    // A Set skips calls that are deleted during the iteration and visits each remaining call once.
    for (const call of calls) {
      call.end(reason);
      ended += 1;
      if (ended % sliceSize === 0) await nextTurn();
    }
  }

  return {
    get stopReason() {
      return stopReason;
    },
    count: (kind) => open[kind].size,
    add(call, kind) {
      open[kind].add(call);
    },
    delete(call) {
      open.calls.delete(call);
      open.watches.delete(call);
      if (!isIdle()) return;
      for (const resolve of idleListeners) resolve();
      idleListeners = [];
    },
    stop(reason) {
      stopReason = reason;
      void endAll(open.watches, reason);
    },
    endCalls() {
      if (stopReason) void endAll(open.calls, stopReason);
    },
    whenIdle() {
      return isIdle() ? Promise.resolve() : new Promise((resolve) => idleListeners.push(resolve));
    },
  };
}
