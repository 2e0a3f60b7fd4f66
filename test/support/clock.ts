import type { Clock } from "../../src/base/clock.js";

/**
 * Noon at a whole second, so that deadlines in whole seconds coincide with the buckets of the embedded store.
 */
export const noon = Date.UTC(2026, 10, 23, 12);

/** Steps of the wall clock to test, in milliseconds: an hour and a small step, in both directions. */
export const clockSteps = [-3_600_000, 3_600_000, -1_000, 1_000];

/** Clock that only the test advances. */
export interface ManualClock extends Clock {
  /** Advances by `ms` milliseconds. Due timers run in order, each at its own time. */
  advance(ms: number): void;
  /** Advances like {@link advance}, and lets all promises settle after each timer. */
  advanceAsync(ms: number): Promise<void>;
  /**
   * Runs the next timer, at its own time, if it is due within `ms` milliseconds. Returns true if there was one.
   */
  runNext(ms: number): boolean;
  /**
   * Steps the wall clock by `ms` milliseconds, which may be negative, as an administrator or NTP does. Timers
   * are not affected.
   */
  adjust(ms: number): void;
  /** Number of pending timers. */
  readonly pendingCount: number;
  /** Returns the number of timers that are due within `ms` milliseconds. */
  pendingCountWithin(ms: number): number;
}

/** Creates a clock. `start` is in milliseconds since the Unix epoch. */
export function createManualClock(start: number = noon): ManualClock {
  // Timers and `now` use `elapsed`, which never decreases. Only the wall clock can be stepped.
  let elapsed = 0;
  let offset = 0;
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  function runNextUntil(limit: number): boolean {
    let next: { readonly at: number; readonly callback: () => void } | undefined;
    // Of timers due at the same time, the first one added. A set keeps the order of insertion.
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

/** Resolves once every promise has settled that does not wait for a timer or for I/O. */
export function flushPromises(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
