import type { Logger } from "pino";
import type { Clock } from "../domain/clock.js";

/** Events of a limit that is reached: refusals and cuts. */
export type Flood =
  | "connectionsRefused"
  | "connectionsEvicted"
  | "handshakesTimedOut"
  | "metadataTooLarge"
  | "requestsTimedOut"
  | "requestsCrowdedOut"
  | "answersNotRead"
  | "healthWatchesRefused";

/** Counts what limits refuse, and writes sums instead of a line for each. */
export interface FloodLog {
  count(kind: Flood): void;
  /** Writes what has been counted since the last line. */
  close(): void;
}

/** The least time between two lines, in milliseconds. */
const interval = 10_000;

export function createFloodLog(log: Logger, clock: Clock): FloodLog {
  let counts: Partial<Record<Flood, number>> = {};
  let cancel: (() => void) | undefined;

  function write(): void {
    cancel?.();
    cancel = undefined;
    if (Object.keys(counts).length === 0) return;
    log.warn({ ...counts }, "limits were reached");
    counts = {};
  }

  return {
    count(kind) {
      counts[kind] = (counts[kind] ?? 0) + 1;
      cancel ??= clock.after(interval, write);
    },
    close: write,
  };
}
