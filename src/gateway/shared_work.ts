/** Work that is done once for all who ask for it while it goes on. */
export interface SharedWork<T> {
  /**
   * The result of the work of this name, which is begun unless it is going on. Rejects with the reason of `signal` when that
   * aborts. The work is told to stop when all who asked have left.
   */
  ask(name: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>;
}

interface Running<T> {
  readonly result: Promise<T>;
  readonly stop: AbortController;
  askers: number;
}

/** Creates work that is shared by name. */
export function createSharedWork<T>(): SharedWork<T> {
  const all = new Map<string, Running<T>>();

  function begin(name: string, work: (signal: AbortSignal) => Promise<T>): Running<T> {
    const stop = new AbortController();
    const running = { result: work(stop.signal), stop, askers: 0 };
    all.set(name, running);
    return running;
  }

  return {
    async ask(name, work, signal) {
      signal.throwIfAborted();
      const running = all.get(name) ?? begin(name, work);
      running.askers++;
      try {
        return await unlessAborted(running.result, signal);
      } finally {
        running.askers--;
        // The result is there, or nobody wants it.
        if (running.askers === 0) {
          if (all.get(name) === running) all.delete(name);
          running.stop.abort();
        }
      }
    },
  };
}

function unlessAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    void result.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}
