import { backoffDelay } from "../base/backoff.js";

/** Delay of a tick, in milliseconds, above which the device has slept or the tab was frozen. */
const sleepThresholdMs = 5_000;

const tickMs = 1_000;

const lifecycleEvents = ["visibilitychange", "online", "offline", "pageshow"];

/**
 * Calls `callback` when the page is shown or hidden, the network comes or goes, or the device wakes from sleep.
 * At these times connections may be dead and timers late. Returns a function that unsubscribes.
 */
export function onLifecycleChange(callback: () => void): () => void {
  let lastTick = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    const slept = now - lastTick > tickMs + sleepThresholdMs;
    lastTick = now;
    if (slept) callback();
  }, tickMs);
  for (const event of lifecycleEvents) addEventListener(event, callback);
  return () => {
    clearInterval(timer);
    for (const event of lifecycleEvents) removeEventListener(event, callback);
  };
}

/** Pauses from 250 to 750 ms at first, and from 5 to 15 s at most. Jitter keeps pages from returning all at once. */
const retryCurve = { initialMs: 750, maxMs: 15_000, jitter: 2 / 3 };

/** Returns the pause after a number of failures in a row, in milliseconds. */
export function retryDelay(failures: number): number {
  return backoffDelay(failures, retryCurve);
}
