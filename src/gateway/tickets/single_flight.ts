/** Runs work once for all callers that request it while it is running. */
export interface SingleFlight<T> {
  /**
   * Resolves with the result of the work under this name. Starts the work unless it is running. Rejects with
   * the reason of `signal` when it aborts. The signal that `work` receives aborts once no caller waits.
   */
  run(name: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>;
}

interface Flight<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  callers: number;
}

/** Creates an empty single flight. */
export function createSingleFlight<T>(): SingleFlight<T> {
  const flights = new Map<string, Flight<T>>();

  function start(name: string, work: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const controller = new AbortController();
    const flight = { result: work(controller.signal), controller, callers: 0 };
    flights.set(name, flight);
    return flight;
  }

  return {
    async run(name, work, signal) {
      signal.throwIfAborted();
      const flight = flights.get(name) ?? start(name, work);
      flight.callers++;
      try {
        return await rejectOnAbort(flight.result, signal);
      } finally {
        flight.callers--;
        // Either the work has settled, or no caller waits for it any more.
        if (flight.callers === 0) {
          if (flights.get(name) === flight) flights.delete(name);
          flight.controller.abort();
        }
      }
    },
  };
}

function rejectOnAbort<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    void result.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
