/** Work that is done once for all who ask for it while it goes on. */
export interface SingleFlight<T> {
  /**
   * The result of the work of this name, which is begun unless it is going on. Rejects with the reason of `signal` when that
   * aborts. The work is told to stop when all who asked have left.
   */
  run(name: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>;
}

interface Flight<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  callers: number;
}

/** Creates work that is shared by name. */
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
        // The result is there, or nobody wants it.
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
