import type { Logger } from "pino";
import type { Clock } from "../base/clock.js";

/** Decides which lines of a flood are written one by one; the others are counted and summed up. */
export interface LogRateLimiter {
  /**
   * Returns whether this line is to be written by itself. Otherwise the next summary counts it. Always true where the log
   * is at level debug or trace.
   */
  allows(line: RateLimitedLine): boolean;
  /** Writes the summary of what is still to be told. Later lines are not summed up. */
  close(): void;
}

export interface RateLimitedLine {
  /** Lines with the same budget share {@link LogRateLimiterOptions.linesPerInterval}. From a bounded set. */
  readonly budget: string;
  /** Method or route, for the summary. From a bounded set. */
  readonly method: string;
  /** Reason or status, for the summary. From a bounded set. */
  readonly reason: string;
  /** Whether the fault is ours. The summary is a warning then. */
  readonly isFault?: boolean;
}

export interface LogRateLimiterOptions {
  /** Where the summaries go. */
  readonly log: Pick<Logger, "info" | "warn" | "level">;
  readonly clock: Clock;
  /** So many lines of each budget are written in an interval. */
  readonly linesPerInterval: number;
  /** Message of the summary. */
  readonly message: string;
}

/** Length of an interval, in milliseconds. */
export const summaryInterval = 60_000;

/** Refusals that have a line of their own, in an interval and for each budget. */
export const errorLinesPerInterval = 20;

/** Creates a limit. Its timer runs only while there is something to count. */
export function createLogRateLimiter({
  log,
  clock,
  linesPerInterval,
  message,
}: LogRateLimiterOptions): LogRateLimiter {
  const used = new Map<string, number>();
  const counts = new Map<string, Map<string, number>>();
  let hasFault = false;
  let isClosed = false;
  let cancelTimer: (() => void) | undefined;

  function writeSummary(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    if (counts.size > 0) {
      const summary = [...counts].map(([method, reasons]) => [method, Object.fromEntries(reasons)]);
      log[hasFault ? "warn" : "info"]({ counts: Object.fromEntries(summary) }, message);
    }
    used.clear();
    counts.clear();
    hasFault = false;
  }

  function count({ method, reason, isFault = false }: RateLimitedLine): void {
    const reasons = counts.get(method) ?? new Map<string, number>();
    counts.set(method, reasons);
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    hasFault ||= isFault;
  }

  return {
    allows(line) {
      if (isClosed || log.level === "debug" || log.level === "trace") return true;
      cancelTimer ??= clock.after(summaryInterval, writeSummary);
      const before = used.get(line.budget) ?? 0;
      if (before >= linesPerInterval) {
        count(line);
        return false;
      }
      used.set(line.budget, before + 1);
      return true;
    },
    close() {
      writeSummary();
      isClosed = true;
    },
  };
}
