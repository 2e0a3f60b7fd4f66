import { collectDefaultMetrics, Histogram, Registry } from "prom-client";
import type { MetricsRegistry, Snapshot } from "./registry.js";

/**
 * Metrics that list every open handle for each scrape. With thousands of connections that takes milliseconds, and
 * `qrlogin_connections` counts them for nothing.
 */
const costlyMetrics = ["resources", "handles", "requests"].flatMap((kind) => [
  `nodejs_active_${kind}`,
  `nodejs_active_${kind}_total`,
]);

/** Kinds of garbage collections, as the library names them. */
const collectionKinds = ["major", "minor", "incremental", "weakcb"];

/** Times that are not summed when several processes are. */
const aggregations: Readonly<Record<string, string>> = { process_start_time_seconds: "min" };

/**
 * Adds metrics of this process: CPU time, memory, file descriptors, delays of the event loop, garbage collection, and
 * the version. To be called once in a process, since their observers last as long as the process.
 */
export function addProcessMetrics(registry: MetricsRegistry, version: string): void {
  const own = new Registry();
  collectDefaultMetrics({ register: own });
  for (const name of costlyMetrics) own.removeSingleMetric(name);
  const collections = own.getSingleMetric("nodejs_gc_duration_seconds");
  // The library adds the series of a kind of collection with the first of that kind.
  if (collections instanceof Histogram) for (const kind of collectionKinds) collections.zero({ kind });
  registry.include(own);
  registry
    .gauge({
      name: "qrlogin_build_info",
      help: "Always 1. The labels are the versions of qrlogin and Node.js.",
      labels: ["version", "node"],
      aggregation: "max",
    })
    .declare({ version, node: process.versions.node })
    .set(1);
}

/** Returns the snapshot with the aggregations that suit several processes of one service. */
export function withAggregations(snapshot: Snapshot): Snapshot {
  return snapshot.map((metric) => ({
    ...metric,
    aggregator: aggregations[metric.name] ?? metric.aggregator,
  }));
}
