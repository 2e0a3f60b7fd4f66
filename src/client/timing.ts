/** The source of time and randomness for pauses. Tests replace it. */
export interface Timing {
  /** Returns the time of a monotonic clock, in milliseconds. Only differences have a meaning. */
  now(): number;
  /**
   * Calls `callback` once after `ms` milliseconds. Returns a function that cancels the timer, with no effect
   * afterwards.
   */
  after(ms: number, callback: () => void): () => void;
  /** Returns a random number from 0 to below 1. */
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
