import type { Sample, Snapshot } from "./registry.js";

/** Totals of processes that have ended. */
export interface EndedTotals {
  /** Adds the last known values of a process. */
  add(snapshots: readonly Snapshot[]): void;
  snapshot(): Snapshot;
}

/**
 * Creates totals that keep the counters and histograms of processes that have ended, so that the sums over all
 * processes never go back. Gauges end with their process.
 */
export function createEndedTotals(): EndedTotals {
  const metrics = new Map<
    string,
    { readonly metric: Snapshot[number]; readonly values: Map<string, Sample> }
  >();

  function addMetric(metric: Snapshot[number]): void {
    let total = metrics.get(metric.name);
    if (!total) {
      total = { metric, values: new Map() };
      metrics.set(metric.name, total);
    }
    for (const sample of metric.values) {
      const key = JSON.stringify([sample.metricName, sample.labels]);
      const before = total.values.get(key)?.value ?? 0;
      total.values.set(key, { ...sample, value: before + sample.value });
    }
  }

  return {
    add(snapshots) {
      for (const metric of snapshots.flat()) if (metric.type !== "gauge") addMetric(metric);
    },
    snapshot: () =>
      [...metrics.values()].map(({ metric, values }) => ({ ...metric, values: [...values.values()] })),
  };
}
