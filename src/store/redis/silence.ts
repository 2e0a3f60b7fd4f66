/** Notices a server that is asked and says nothing. */
export interface SilenceWatch {
  /** Something has been asked. Every answer ends with a call of what is returned. */
  asked(): () => void;
}

/**
 * Calls `onSilence` when something has been asked, and nothing answered, for `timeout` milliseconds.
 *
 * The client library has such a limit, but judges before it has read what has arrived: a process that was itself busy for that long
 * would cut its own healthy connections, and not know what had become of its writes.
 */
export function watchSilence(timeout: number, onSilence: () => void): SilenceWatch {
  let open = 0;
  let lastAt = 0;
  let timer: NodeJS.Timeout | undefined;

  function arm(ms: number): void {
    timer = setTimeout(() => {
      // After the next look at the network, which may hold an answer.
      setImmediate(() => setImmediate(judge));
    }, ms);
    timer.unref();
  }

  function judge(): void {
    timer = undefined;
    if (open === 0) return;
    const silent = performance.now() - lastAt;
    if (silent >= timeout) onSilence();
    else arm(timeout - silent);
  }

  return {
    asked() {
      if (open === 0) lastAt = performance.now();
      open += 1;
      if (timer === undefined) arm(timeout);
      return () => {
        open -= 1;
        lastAt = performance.now();
      };
    },
  };
}
