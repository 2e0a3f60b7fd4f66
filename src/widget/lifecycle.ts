/** A gap between two ticks above this is a laptop that slept, or a tab that was frozen. */
const sleepThresholdMs = 5_000;

const tickMs = 1_000;

const lifecycleEvents = ["online", "offline", "pageshow"];

/**
 * Calls back when the page is shown or hidden, when the network goes and comes, and after a sleep: what is open may be dead, and
 * what is due may be late. The answer stops it.
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
 * Goes on later, and sooner where the network comes back, the laptop wakes or the page is shown. It may go on more than once
 * until the answer stops it.
 */
export function scheduleRetry(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  const unsubscribe = onLifecycleChange(callback);
  return () => {
    clearTimeout(timer);
    unsubscribe();
  };
}

/** What to wait after so many failures in a row, in milliseconds: grows, and differs from page to page. */
export function backoffDelay(failures: number): number {
  return (0.5 + Math.random()) * Math.min(10_000, 500 * 2 ** failures);
}
