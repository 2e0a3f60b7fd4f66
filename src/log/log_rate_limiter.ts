import type { Logger } from "pino";
import type { Clock } from "../base/clock.js";

/** A limiter of repeated log lines. Lines over the limit are counted and summarized. */
export interface LogRateLimiter {
  /**
   * Returns whether to write this line. If not, the next summary counts it. Always returns true if the log
   * level is debug or trace.
   */
  allows(line: RateLimitedLine): boolean;
  /** Writes the last summary. Later lines are not limited. */
  close(): void;
}

export interface RateLimitedLine {
  /**
   * Key of the lines that share {@link LogRateLimiterOptions.linesPerInterval}. The set of keys must be
   * bounded.
   */
  readonly budget: string;
  /** Method or route, for the summary. The set of values must be bounded. */
  readonly method: string;
  /** Reason or status, for the summary. The set of values must be bounded. */
  readonly reason: string;
  /** True if the service or one of its dependencies is at fault. The level of the summary is then warn. */
  readonly isFault?: boolean;
}

export interface LogRateLimiterOptions {
  /** Destination of the summaries. */
  readonly log: Pick<Logger, "info" | "warn" | "level">;
  readonly clock: Clock;
  /** Number of lines of each budget that are written in an interval. */
  readonly linesPerInterval: number;
  /** Message of the summary. */
  readonly message: string;
}

/** Returns the reason of a summary, which names the exceeded limit: `RATE_LIMITED screen`. */
export function withLimitName(reason: string, exceededLimit: string | undefined): string {
  return exceededLimit === undefined ? reason : `${reason} ${exceededLimit}`;
}

/** Length of an interval, in milliseconds. */
export const summaryInterval = 60_000;

/** Number of errors that are logged separately, in each interval and for each budget. */
export const errorLinesPerInterval = 20;

/** Creates a limiter. Its timer runs only while there are lines to count. */
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
