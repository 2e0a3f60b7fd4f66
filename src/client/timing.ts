/** Where pauses get time and chance from. Injected, so that tests hold both. */
export interface Timing {
  /** Returns the time of a clock that is never set, in milliseconds. Only differences mean anything. */
  now(): number;
  /** Calls `callback` once after `ms` milliseconds. The answer cancels it, and does nothing afterwards. */
  after(ms: number, callback: () => void): () => void;
  /** A number from 0 to below 1. */
  random(): number;
}

/** A longer timer fires at once (Node.js, `setTimeout`). */
const maxTimerMs = 2 ** 31 - 1;

/** The clock and the dice of this machine. A pending timer keeps the process alive: somebody is waiting for it. */
export const systemTiming: Timing = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(ms, maxTimerMs));
    return () => clearTimeout(timer);
  },
  random: Math.random,
};
