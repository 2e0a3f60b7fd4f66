import type { Clock } from "../../src/base/clock.js";

/** Noon on a whole second, so that deadlines of whole seconds fall on the buckets of the embedded store. */
export const noon = Date.UTC(2026, 10, 23, 12);

/** Steps of the wall clock to try, in milliseconds: an hour either way, and a little either way. */
export const clockSteps = [-3_600_000, 3_600_000, -1_000, 1_000];

/** A clock that stands still until the test moves it. */
export interface ManualClock extends Clock {
  /** Lets `ms` milliseconds go by. Timers that fall due run in order, each at its own time. */
  advance(ms: number): void;
  /** As {@link advance}, and what each timer woke comes to rest before the next one runs. */
  advanceAsync(ms: number): Promise<void>;
  /** Runs the next timer, at its own time, if it is due within `ms` milliseconds; tells whether there was one. */
  runNext(ms: number): boolean;
  /** Sets the wall clock forward, or back where `ms` is negative, as an administrator or NTP does. No timer notices. */
  adjust(ms: number): void;
  /** How many timers are pending. */
  readonly pendingCount: number;
  /** Counts the timers that fall due within `ms` milliseconds. */
  pendingCountWithin(ms: number): number;
}

/** `start` is in milliseconds since the Unix epoch. */
export function createManualClock(start: number = noon): ManualClock {
  // Timers count from `elapsed`, which only grows, and so does `now`; the wall clock may be set.
  let elapsed = 0;
  let offset = 0;
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  function runNextUntil(limit: number): boolean {
    let next: { readonly at: number; readonly callback: () => void } | undefined;
    // The first of equals: a set keeps the order of arrival.
    for (const timer of timers) if (!next || timer.at < next.at) next = timer;
    if (!next || next.at > limit) return false;
    timers.delete(next);
    elapsed = Math.max(elapsed, next.at);
    next.callback();
    return true;
  }

  return {
    now: () => start + elapsed,
    wallNow: () => start + elapsed + offset,
    wallTimeOf: (moment) => moment + offset,
    after(ms, callback) {
      const timer = { at: elapsed + ms, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance(ms) {
      const limit = elapsed + ms;
      while (runNextUntil(limit));
      elapsed = limit;
    },
    async advanceAsync(ms) {
      const limit = elapsed + ms;
      await flushPromises();
      while (runNextUntil(limit)) await flushPromises();
      elapsed = limit;
      await flushPromises();
    },
    runNext: (ms) => runNextUntil(elapsed + ms),
    adjust(ms) {
      offset += ms;
    },
    get pendingCount() {
      return timers.size;
    },
    pendingCountWithin: (ms) => [...timers].filter(({ at }) => at <= elapsed + ms).length,
  };
}

/** Fulfilled once every promise that can go on by itself has done so. */
export function flushPromises(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
