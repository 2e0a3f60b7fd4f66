import type { Timer } from "./timer.js";

/**
 * A source of time that tests can hold still and move.
 *
 * It has two time lines. Nobody can set the steady one, which measures lifetimes, pauses and ages. The wall clock
 * may be set at any moment; it provides the times that others read, in responses and in tokens.
 */
export interface Clock extends Timer {
  /**
   * Returns the current moment on the steady time line, in milliseconds. It starts at Unix time but never steps, so
   * it differs from the wall clock once somebody sets that clock. Compare it only with other moments.
   */
  now(): number;
  /** Returns the wall-clock time in milliseconds since the Unix epoch. It may step either way between two calls. */
  wallNow(): number;
  /** Returns the time that the wall clock, as currently set, shows at a moment of {@link Clock.now}. */
  wallTimeOf(moment: number): number;
  /**
   * Calls `callback` once after `ms` milliseconds, even if the wall clock is set meanwhile. Returns a function that
   * cancels the timer and has no effect once the timer has fired. A pending timer does not keep the process alive.
   */
  after(ms: number, callback: () => void): () => void;
}

/**
 * Smallest difference between the two time lines that counts as a step of the wall clock, in milliseconds. Smaller
 * differences come from imprecise readings.
 */
const minStep = 500;

/**
 * Creates a clock from a wall clock and a monotonic clock, both in milliseconds. The steady time line begins at the
 * wall time of the creation.
 *
 * The result of `wallTimeOf` moves only with a step of the wall clock. Otherwise the same expiry would differ by a
 * millisecond from one message to the next.
 */
export function createClock(wall: () => number, monotonic: () => number, after: Clock["after"]): Clock {
  const start = wall() - monotonic();
  const now = () => Math.floor(start + monotonic());
  let step = 0;
  return {
    now,
    wallNow: wall,
    wallTimeOf(moment) {
      const difference = wall() - now();
      if (Math.abs(difference - step) >= minStep) step = difference;
      return moment + step;
    },
    after,
  };
}

/**
 * The clock of this machine. Its steady time line stands still while the machine sleeps (CLOCK_MONOTONIC), so tickets
 * do not age during that time.
 */
export const systemClock: Clock = createClock(
  Date.now,
  () => performance.now(),
  (ms, callback) => {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
);
