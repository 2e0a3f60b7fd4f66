/** Where the time comes from. Injected, so that tests can hold it still and move it. */
export interface Clock {
  /** The time now, in milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Calls `callback` once after `ms` milliseconds. The answer cancels it, and does nothing afterwards. A pending
   * timer does not keep the process alive.
   */
  after(ms: number, callback: () => void): () => void;
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: Date.now,
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
