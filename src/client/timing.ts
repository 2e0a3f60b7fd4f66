import type { Timer } from "../base/timer.js";

/** The source of time and randomness for pauses. Injected so that tests control both. */
export interface Timing extends Timer {
  /** Returns a number from 0 up to, but not including, 1. */
  random(): number;
}

/** Longest timer in milliseconds. A longer one fires at once (Node.js, `setTimeout`). */
const maxTimerMs = 2 ** 31 - 1;

/** The time and randomness of this machine. A pending timer keeps the process alive, since a caller waits for it. */
export const systemTiming: Timing = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(ms, maxTimerMs));
    return () => clearTimeout(timer);
  },
  random: Math.random,
};
