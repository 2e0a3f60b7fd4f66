/** Notices a server that is asked and says nothing. */
export interface ResponseTimeout {
  /** Something has been asked. Every answer ends with a call of what is returned. */
  requestSent(): () => void;
}

/** A timer that is later than this, in milliseconds, was held up by this process. */
const maxTimerDelay = 20;

/**
 * Calls `onSilence` when something has been asked, and nothing answered, for `timeout` milliseconds.
 *
 * The client library has such a limit, but judges before it has read what has arrived: a process that was itself busy for that long
 * would cut its own healthy connections, and not know what had become of its writes.
 */
export function createResponseTimeout(timeout: number, onTimeout: () => void): ResponseTimeout {
  /** When each question was asked that is not answered yet, the oldest first: a server answers in order. */
  const pending = new Set<{ readonly at: number }>();
  let timer: NodeJS.Timeout | undefined;

  function startTimer(ms: number): void {
    const dueAt = performance.now() + ms;
    timer = setTimeout(() => {
      const late = performance.now() - dueAt;
      // This process was busy itself, and may not even have sent what it has asked: the server gets the time that we took.
      if (late > maxTimerDelay) startTimer(Math.min(late, timeout));
      // After the next look at the network, which may hold an answer.
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
