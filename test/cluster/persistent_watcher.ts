import { asApp, watchOf } from "../support/callers.js";
import { type Entry, type History, nanoseconds } from "./history.js";
import type { CallableNode } from "./nodes.js";
import type { Pace } from "./pace.js";
import type { Random } from "./random.js";
import { observationOf, type TicketCredentials } from "./recorded_calls.js";

/** A watcher of a ticket that reconnects to another node after each broken stream. */
export interface PersistentWatcher {
  /**
   * Resolves when the watcher got the end of the ticket, or has given up after `timeout` milliseconds, which
   * the history then shows.
   */
  ended(timeout: number): Promise<void>;
}

/**
 * Longest silence of a watch, in milliseconds. A ticket whose write a failover has undone does not change before it
 * expires, and the heartbeats of the nodes are longer still.
 */
const maxSilenceMs = 600_000;

/**
 * Watches until a stream ends by itself. Every status that differs from the previous one goes to the history,
 * as true at some time between the opening of the stream and now.
 */
export function startPersistentWatcher(
  process: string,
  ticket: TicketCredentials,
  nodes: readonly CallableNode[],
  random: Random,
  rest: Pace,
  history: History,
): PersistentWatcher {
  const common = { ticket: ticket.ticketId, caller: "app", process } as const;
  let lastObservation: Partial<Entry> = {};
  let isLeaving = false;
  let cancelCurrent = () => {};
  const watching = watchUntilEnd();

  async function watchUntilEnd(): Promise<void> {
    while (!isLeaving) {
      const node = random.oneOf(nodes);
      const start = nanoseconds();
      const watch = watchOf(node.watching, asApp("shop"), ticket);
      cancelCurrent = () => watch.cancel();
      let last = "";
      const next = () => watch.next(maxSilenceMs);
      for (let status = await next(); status !== undefined; status = await next()) {
        lastObservation = observationOf(status);
        const text = JSON.stringify(lastObservation);
        if (text !== last) {
          history.add({
            ...common,
            op: "Watch",
            node: node.name,
            start,
            end: nanoseconds(),
            code: "OK",
            ...lastObservation,
          });
        }
        last = text;
      }
      const { code, rawReason: reason } = await watch.ended;
      if (code === "NOT_FOUND") {
        // This was read from the store, so it must fit the reads of others.
        history.add({ ...common, op: "Watch", node: node.name, start, end: nanoseconds(), code, reason });
      }
      if (code === "OK" || code === "NOT_FOUND") return end(code, reason);
      const isCut =
        ["UNAVAILABLE", "CANCELLED", "ABORTED"].includes(code) || (code === "INTERNAL" && !reason);
      if (!isCut) return end(code, reason);
      if (!isLeaving) await rest(0.5, 4);
    }
    end("STUCK", undefined);
  }

  function end(code: string, reason: string | undefined): void {
    const now = nanoseconds();
    history.add({ ...common, op: "WatchEnded", start: now, end: now, code, reason, ...lastObservation });
  }

  return {
    async ended(timeout) {
      const timer = setTimeout(() => {
        isLeaving = true;
        cancelCurrent();
      }, timeout);
      await watching;
      clearTimeout(timer);
    },
  };
}
