import type { Clock } from "../../base/clock.js";
import type { WorkerProcess } from "./worker_process.js";

/** Time between two pings of a worker, in milliseconds. */
export const pingInterval = 5_000;

/**
 * How many pings in a row a worker may leave without an answer. Many, since a healthy worker that is short of CPU, or reads a
 * flood of requests, answers late. One that has not come to it for half a minute serves nobody.
 */
export const maxUnanswered = 6;

/**
 * Asks a worker for signs of life, and calls `onHung` once when it gives none: it is stopped, or its event loop is blocked.
 * Returns a function that ends it.
 *
 * Counts pings and not time. A parent that was itself stopped finds one of its own pings late, and not a worker that was
 * silent all the while.
 */
export function monitorPings(
  worker: Pick<WorkerProcess, "ping">,
  clock: Clock,
  onHung: (unresponsiveMs: number) => void,
): () => void {
  let unanswered = 0;
  let cancel = () => {};

  function ping(): void {
    if (unanswered >= maxUnanswered) {
      onHung(unanswered * pingInterval);
      return;
    }
    unanswered += 1;
    worker.ping(() => {
      unanswered = 0;
    });
    cancel = clock.after(pingInterval, ping);
  }

  ping();
  return () => cancel();
}
