import { setImmediate as nextTurn } from "node:timers/promises";
import type { Refusal } from "../domain/refusal.js";

/** A call that can be told to end early. */
export interface EndableCall {
  end(reason: Refusal): void;
}

/**
 * The calls in progress. A set and not listeners on one AbortSignal: an EventTarget searches all its listeners whenever one
 * is added or removed, so each call would cost as much as there are open watches.
 */
export interface InFlight {
  /** Why no further call is served; undefined while calls are. */
  readonly stopReason: Refusal | undefined;
  add(call: EndableCall): void;
  delete(call: EndableCall): void;
  /** Sets the stop reason and ends all calls with it, a slice of them in each turn of the event loop. */
  stop(reason: Refusal): void;
  /** Resolves once no call is in progress. */
  none(): Promise<void>;
}

/** Calls that are ended before others get a turn: some 20 milliseconds of work, since each writes its answer and its log line. */
const sliceSize = 200;

export function createInFlight(): InFlight {
  const calls = new Set<EndableCall>();
  let stopReason: Refusal | undefined;
  let waiting: (() => void)[] = [];

  async function endAll(reason: Refusal): Promise<void> {
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
    add(call) {
      calls.add(call);
    },
    delete(call) {
      calls.delete(call);
      if (calls.size > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    stop(reason) {
      stopReason = reason;
      void endAll(reason);
    },
    none() {
      return calls.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve));
    },
  };
}
