import type { Clock } from "../../base/clock.js";
import type { WorkerProcess } from "./worker_process.js";

/** Time between two pings of a worker, in milliseconds. */
export const pingInterval = 5_000;

/**
 * Number of successive pings that may stay unanswered. It is large because a healthy worker that is short of
 * CPU, or reads a flood of requests, answers late. A worker that has not answered for half a minute no
 * longer serves its clients.
 */
export const maxUnanswered = 6;

/**
 * Pings a worker, and calls `onHung` once if it does not answer: it is suspended, or its event loop is blocked.
 * Returns a function that stops the monitor.
 *
 * The monitor counts pings instead of time. A pause of the parent itself delays only one ping, so it does not
 * make a worker appear unresponsive.
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
