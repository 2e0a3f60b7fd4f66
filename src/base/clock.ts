import type { Timer } from "./timer.js";

/**
 * The source of time. Injected, so that tests can hold it still and move it.
 *
 * There are two time lines. Lives, pauses and ages are measured on the steady one, which nobody can set. The wall clock
 * may be set at any moment, so it is for times that others read: what callers are told, and the times in tokens.
 */
export interface Clock extends Timer {
  /**
   * Returns the moment on the steady time line, in milliseconds. Near the Unix time, but of use for comparisons alone: it
   * never steps, and so it differs from the wall clock once that has been set.
   */
  now(): number;
  /** Returns the time of the wall clock, in milliseconds since the Unix epoch. It may step either way between two calls. */
  wallNow(): number;
  /** Returns the time that the wall clock, as it is set at present, shows at a moment of {@link Clock.now}. */
  wallTimeOf(moment: number): number;
  /**
   * Calls `callback` once after `ms` milliseconds, however the wall clock is set meanwhile. Returns a function that cancels
   * it, and does nothing afterwards. A pending timer does not keep the process alive.
   */
  after(ms: number, callback: () => void): () => void;
}

/** A difference of the two time lines below this, in milliseconds, is imprecise reading and not a step of the wall clock. */
const minStep = 500;

/**
 * Creates a clock out of a wall clock and a monotonic one, both in milliseconds. The steady time line begins at the wall
 * time of the creation.
 *
 * Times told to callers move only with a step of the wall clock, or the same expiry would differ by a millisecond from one
 * message to the next.
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
 * The clock of this machine. Its steady time line stands still while the machine sleeps (CLOCK_MONOTONIC): a ticket's life
 * does not pass then, since nobody can be served.
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
