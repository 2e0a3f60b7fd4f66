import type { Logger } from "pino";
import type { Clock } from "../../base/clock.js";

/** Events of a limit that is reached: refusals and cuts. */
export type LimitEvent =
  | "connectionsRefused"
  | "connectionsEvicted"
  | "handshakesTimedOut"
  | "metadataTooLarge"
  | "requestsTimedOut"
  | "requestsEvicted"
  | "responsesNotRead"
  | "healthWatchesRejected";

/** Counts what limits refuse, and writes sums instead of a line for each. */
export interface LimitEventLog {
  count(kind: LimitEvent): void;
  /** Writes what has been counted since the last line. */
  close(): void;
}

/** The least time between two lines, in milliseconds. */
const interval = 10_000;

export function createLimitEventLog(log: Logger, clock: Clock): LimitEventLog {
  let counts: Partial<Record<LimitEvent, number>> = {};
  let cancel: (() => void) | undefined;

  function write(): void {
    cancel?.();
    cancel = undefined;
    if (Object.keys(counts).length === 0) return;
    log.warn({ ...counts }, "limits were reached");
    counts = {};
  }

  return {
    count(event) {
      counts[event] = (counts[event] ?? 0) + 1;
      cancel ??= clock.after(interval, write);
    },
    close: write,
  };
}
