import type { Timer } from "../../base/timer.js";
import { withTimeout } from "../../base/with_timeout.js";
import { createMetricsRegistry, type MetricsRegistry, type Snapshot } from "../../metrics/registry.js";
import { createEndedTotals } from "../../metrics/worker_sums.js";
import type { MetricsSource } from "../metrics.js";
import type { WorkerProcess } from "./worker_process.js";

/** The metrics of all workers together. */
export interface WorkersMetrics extends MetricsSource {
  /** Registry of the parent's own metrics about its workers. */
  readonly registry: MetricsRegistry;
  /** Adds a worker until it has exited. */
  add(worker: Pick<WorkerProcess, "readMetrics" | "exited">): void;
}

/** Time that a worker has for its values, in milliseconds. A scrape itself usually may take ten seconds. */
export const workerTimeout = 1_000;

/**
 * Creates the metrics of workers. A worker that does not answer in time, or cannot, counts with its last known values,
 * and so does one that has exited, as far as they are sums. What a worker counted after the last scrape is lost when it
 * crashes.
 */
export function createWorkersMetrics(timer: Timer): WorkersMetrics {
  const latest = new Map<Pick<WorkerProcess, "readMetrics" | "exited">, readonly Snapshot[]>();
  const ended = createEndedTotals();
  const registry = createMetricsRegistry();
  const answering = registry
    .gauge({
      name: "qrlogin_workers_answering",
      help: "Worker processes that answered within a second at this scrape.",
    })
    .with({});

  return {
    registry,
    add(worker) {
      latest.set(worker, []);
      void worker.exited.then(() => {
        ended.add(latest.get(worker) ?? []);
        latest.delete(worker);
      });
    },
    async readMetrics() {
      const answers = await Promise.all(
        [...latest.keys()].map(async (worker) => {
          const reading = worker.readMetrics().then((snapshots) => {
            // A late answer still is newer than the one before.
            if (snapshots && latest.has(worker)) latest.set(worker, snapshots);
            return snapshots !== undefined;
          });
          return withTimeout(reading, workerTimeout, timer);
        }),
      );
      answering.set(answers.filter((hasAnswered) => hasAnswered).length);
      return [await registry.snapshot(), ended.snapshot(), ...[...latest.values()].flat()];
    },
  };
}
