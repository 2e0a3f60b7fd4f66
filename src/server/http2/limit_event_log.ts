import type { Logger } from "pino";
import type { Clock } from "../../base/clock.js";

/** Limits that can take effect. The name of each is also the name of its counter in the log line. */
export const limitEvents = [
  "connectionsRefused",
  "connectionsEvicted",
  "handshakesTimedOut",
  "metadataTooLarge",
  "requestsTimedOut",
  "requestsEvicted",
  "responsesNotRead",
  "healthWatchesRejected",
] as const;

/** A limit that took effect. */
export type LimitEvent = (typeof limitEvents)[number];

/** A log that counts limit events and writes summaries instead of a line for each event. */
export interface LimitEventLog {
  count(event: LimitEvent): void;
  /** Writes the events counted since the last line. */
  close(): void;
}

/** Shortest time between two lines, in milliseconds. */
const interval = 10_000;

/** @param onEvent Called for each event. */
export function createLimitEventLog(
  log: Logger,
  clock: Clock,
  onEvent: (event: LimitEvent) => void = () => {},
): LimitEventLog {
  let counts: Partial<Record<LimitEvent, number>> = {};
  let cancel: (() => void) | undefined;

  function write(): void {
    cancel?.();
    cancel = undefined;
    if (Object.keys(counts).length === 0) return;
    log.warn({ ...counts }, "limits reached");
    counts = {};
  }

  return {
    count(event) {
      onEvent(event);
      counts[event] = (counts[event] ?? 0) + 1;
      cancel ??= clock.after(interval, write);
    },
    close: write,
  };
}
