import type { Clock } from "../../base/clock.js";
import { LinkedList } from "../../base/linked_list.js";

/** Streams of apps that are at their limit, which begin at a bounded rate. */
export interface PacedStreams {
  /**
   * Returns undefined if a stream of the app may begin at once. Otherwise calls `proceed` later and returns a
   * function that cancels it.
   */
  wait(app: string, proceed: () => void): (() => void) | undefined;
  /** Lets all waiting streams begin at once, and every later one without a wait. */
  release(): void;
}

/** Interval at which waiting streams begin, in milliseconds. */
const interval = 50;
/** Streams of an app that begin in an interval without a wait: 100 a second. */
const promptRate = 5;
/** Longest wait, in intervals: 5 seconds. */
const maxWaitIntervals = 100;
/**
 * Largest number of waiting streams of all apps, which bounds their memory. Further streams begin without a
 * wait.
 */
const maxWaiting = 20_000;

/** The streams of an app that are paced. */
interface Line {
  /** Starts the waiting streams. */
  readonly waiting: LinkedList<() => void>;
  /**
   * Number of streams that begin in an interval. It grows with the number of waiting streams and is reset
   * when none wait.
   */
  rate: number;
  /** Number of streams that have begun in this interval. */
  begun: number;
}

/**
 * Creates a pacer for calls that are going to be rejected. A client that sends the next call as soon as one
 * is rejected could otherwise keep the server busy with rejections, and leave garbage faster than V8 collects
 * it. A client that waits between its calls is rejected without a delay. A waiting stream has not reached
 * grpc-js yet, so it costs less than one that has.
 */
export function createPacedStreams(clock: Clock): PacedStreams {
  const lines = new Map<string, Line>();
  let waiting = 0;
  let isReleased = false;
  let cancelTimer: (() => void) | undefined;

  function startInterval(): void {
    cancelTimer = undefined;
    for (const [app, line] of lines) {
      if (line.waiting.isEmpty && line.begun === 0) lines.delete(app);
      line.begun = 0;
      while (!line.waiting.isEmpty && line.begun < line.rate) beginNext(line);
      if (line.waiting.isEmpty) line.rate = promptRate;
    }
    if (lines.size > 0) cancelTimer = clock.after(interval, startInterval);
  }

  function beginNext(line: Line): void {
    const proceed = line.waiting.shift();
    if (!proceed) return;
    line.begun += 1;
    waiting -= 1;
    proceed();
  }

  function lineOf(app: string): Line {
    const known = lines.get(app);
    if (known) return known;
    const line: Line = { waiting: new LinkedList(), rate: promptRate, begun: 0 };
    lines.set(app, line);
    return line;
  }

  return {
    wait(app, proceed) {
      if (isReleased || waiting >= maxWaiting) return undefined;
      const line = lineOf(app);
      cancelTimer ??= clock.after(interval, startInterval);
      if (line.waiting.isEmpty && line.begun < promptRate) {
        line.begun += 1;
        return undefined;
      }
      const link = line.waiting.push(proceed);
      waiting += 1;
      line.rate = Math.max(line.rate, Math.ceil(line.waiting.size / maxWaitIntervals));
      return () => {
        if (link.remove()) waiting -= 1;
      };
    },
    release() {
      isReleased = true;
      cancelTimer?.();
      for (const line of lines.values()) while (!line.waiting.isEmpty) beginNext(line);
    },
  };
}
