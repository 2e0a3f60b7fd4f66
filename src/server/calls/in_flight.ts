import { setImmediate as nextTurn } from "node:timers/promises";
import type { TicketError } from "../../domain/ticket_error.js";

/** A call that can be told to end early. */
export interface EndableCall {
  end(reason: TicketError): void;
}

/** Calls that end by themselves soon, and those that last until somebody ends them. */
export type InFlightKind = "calls" | "watches";

/**
 * The calls in progress. A set of each kind and not listeners on one AbortSignal: an EventTarget searches all its listeners whenever one
 * is added or removed, so each call would cost as much as there are open watches.
 */
export interface InFlightCalls {
  /** Why no further call is served; undefined while calls are. */
  readonly stopReason: TicketError | undefined;
  add(call: EndableCall, kind: InFlightKind): void;
  delete(call: EndableCall): void;
  /** Sets the stop reason and ends all watches with it, a slice of them in each turn of the event loop. Calls go on. */
  stop(reason: TicketError): void;
  /** Ends the calls that are left with the stop reason, in slices likewise. To be called after `stop`. */
  endCalls(): void;
  /** Resolves once nothing is in progress. */
  whenIdle(): Promise<void>;
}

/** Calls that are ended before others get a turn: some 20 milliseconds of work, since each writes its answer and its log line. */
const sliceSize = 200;

export function createInFlightCalls(): InFlightCalls {
  const open: Record<InFlightKind, Set<EndableCall>> = { calls: new Set(), watches: new Set() };
  const isIdle = () => open.calls.size === 0 && open.watches.size === 0;
  let stopReason: TicketError | undefined;
  let idleListeners: (() => void)[] = [];

  async function endAll(calls: ReadonlySet<EndableCall>, reason: TicketError): Promise<void> {
    let ended = 0;
    // Calls that leave the set while it is walked are not visited; those that refuse to end are visited once.
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
