import type { Clock } from "../../base/clock.js";
import { createQueue, type Queue } from "../calls/queue.js";

/** Streams whose callers have as much as they may have, and that are begun at a bounded rate for that reason. */
export interface PacedStreams {
  /**
   * Returns undefined if a stream of the app may begin at once. Else calls `proceed` later, and returns a function that cancels it.
   */
  wait(app: string, proceed: () => void): (() => void) | undefined;
  /** Lets all go on at once, those that come later included. */
  release(): void;
}

/** Milliseconds between two times at which streams go on. */
const interval = 50;
/** Streams of an app that go on in an interval without any wait: 100 a second. */
const promptly = 5;
/** The longest wait, in intervals: 5 seconds. */
const longestWait = 100;
/** Streams that wait, of all apps. One has some 4 KiB. More of them are not made to wait. */
const maxWaiting = 20_000;

interface Waiting {
  isOver: boolean;
  proceed(): void;
}

/** An app whose streams are paced. */
interface Line {
  readonly waiting: Queue<Waiting>;
  /** How many wait. */
  size: number;
  /** How many go on in an interval. Grows with those that wait, and is small again when none do. */
  rate: number;
  /** How many of this interval have gone on. */
  gone: number;
}

/**
 * Paces calls that are going to be refused. Whoever sends the next call as soon as one is refused would otherwise have the server
 * refuse some ten thousand a second, which takes a whole core, and leaves garbage faster than V8 collects it. A client that waits before it
 * comes again is refused without a delay. Those that wait are not known to grpc-js yet and cost a third of a call that is.
 */
export function createPacedStreams(clock: Clock): PacedStreams {
  const lines = new Map<string, Line>();
  let waiting = 0;
  let isReleased = false;
  let cancelTimer: (() => void) | undefined;

  function next(): void {
    cancelTimer = undefined;
    for (const [app, line] of lines) {
      if (line.size === 0 && line.gone === 0) lines.delete(app);
      line.gone = 0;
      while (line.size > 0 && line.gone < line.rate) goOn(line);
      if (line.size === 0) line.rate = promptly;
    }
    if (lines.size > 0) cancelTimer = clock.after(interval, next);
  }

  function goOn(line: Line): void {
    const first = line.waiting.shift();
    if (!first || first.isOver) return;
    first.isOver = true;
    line.gone += 1;
    left(line);
    first.proceed();
  }

  function left(line: Line): void {
    line.size -= 1;
    waiting -= 1;
  }

  function lineOf(app: string): Line {
    const known = lines.get(app);
    if (known) return known;
    const line: Line = { waiting: createQueue(), size: 0, rate: promptly, gone: 0 };
    lines.set(app, line);
    return line;
  }

  return {
    wait(app, proceed) {
      if (isReleased || waiting >= maxWaiting) return undefined;
      const line = lineOf(app);
      cancelTimer ??= clock.after(interval, next);
      if (line.size === 0 && line.gone < promptly) {
        line.gone += 1;
        return undefined;
      }
      const one: Waiting = { isOver: false, proceed };
      line.waiting.push(one);
      line.size += 1;
      waiting += 1;
      line.rate = Math.max(line.rate, Math.ceil(line.size / longestWait));
      return () => {
        if (one.isOver) return;
        one.isOver = true;
        left(line);
      };
    },
    release() {
      isReleased = true;
      cancelTimer?.();
      for (const line of lines.values()) while (line.size > 0) goOn(line);
    },
  };
}
