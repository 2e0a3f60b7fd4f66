/** Gap between two ticks, in milliseconds, above which the laptop slept or the tab was frozen. */
const sleepThresholdMs = 5_000;

const tickMs = 1_000;

const lifecycleEvents = ["online", "offline", "pageshow"];

/**
 * Calls `callback` when the page is shown or hidden, the network comes or goes, or the device wakes from sleep.
 * At these times open connections may be dead and timers late. Returns a function that unsubscribes.
 */
export function onLifecycleChange(callback: () => void): () => void {
  let lastTick = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    const slept = now - lastTick > tickMs + sleepThresholdMs;
    lastTick = now;
    if (slept) callback();
  }, tickMs);
  document.addEventListener("visibilitychange", callback);
  for (const event of lifecycleEvents) addEventListener(event, callback);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", callback);
    for (const event of lifecycleEvents) removeEventListener(event, callback);
  };
}

/**
 * Calls `callback` after `ms` milliseconds, and on each lifecycle change. It may run more than once. Returns a
 * function that cancels both.
 */
export function scheduleRetry(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  const unsubscribe = onLifecycleChange(callback);
  return () => {
    clearTimeout(timer);
    unsubscribe();
  };
}

/**
 * Returns the delay after a number of failures in a row, in milliseconds. It grows exponentially up to a limit,
 * with jitter.
 */
export function backoffDelay(failures: number): number {
  return (0.5 + Math.random()) * Math.min(10_000, 500 * 2 ** failures);
}
