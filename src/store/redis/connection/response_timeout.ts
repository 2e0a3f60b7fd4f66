/** A time-out for the replies of a server. */
export interface ResponseTimeout {
  /** Starts the time of one request. Returns a function to call when its reply has arrived. */
  requestSent(): () => void;
}

/** Delay of a timer in milliseconds above which this process was busy. */
const maxTimerDelay = 20;

/**
 * Creates a time-out that calls `onTimeout` when the oldest request has waited for its reply for `timeout`
 * milliseconds.
 *
 * The client library has a time-out like this, but checks it before it reads what has arrived. A process that
 * was itself busy for that long would cut its own healthy connections and not know the outcome of its writes.
 */
export function createResponseTimeout(timeout: number, onTimeout: () => void): ResponseTimeout {
  /** Start times of the pending requests, the oldest first: a server replies in order. */
  const pending = new Set<{ readonly at: number }>();
  let timer: NodeJS.Timeout | undefined;

  function startTimer(ms: number): void {
    const dueAt = performance.now() + ms;
    timer = setTimeout(() => {
      const late = performance.now() - dueAt;
      // This process was busy, and may not even have sent the request: extend the time by the delay.
      if (late > maxTimerDelay) startTimer(Math.min(late, timeout));
      // After the next poll of the network, which may bring a reply.
      else setImmediate(() => setImmediate(check));
    }, ms);
    timer.unref();
  }

  function check(): void {
    timer = undefined;
    const [oldest] = pending;
    if (!oldest) return;
    const waited = performance.now() - oldest.at;
    if (waited >= timeout) onTimeout();
    else startTimer(timeout - waited);
  }

  return {
    requestSent() {
      const request = { at: performance.now() };
      pending.add(request);
      if (timer === undefined) startTimer(timeout);
      return () => void pending.delete(request);
    },
  };
}
