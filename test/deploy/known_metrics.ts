import { createGatewayMetrics } from "../../src/metrics/gateway_metrics.js";
import { addProcessMetrics } from "../../src/metrics/process_metrics.js";
import { createMetricsRegistry } from "../../src/metrics/registry.js";
import { createServiceMetrics } from "../../src/metrics/service_metrics.js";

/** Labels of each metric of a service or a gateway, by its name in a scrape. */
export const knownMetrics: ReadonlyMap<string, readonly string[]> = await listMetrics();

async function listMetrics(): Promise<ReadonlyMap<string, readonly string[]>> {
  const registry = createMetricsRegistry();
  addProcessMetrics(registry, "1.0.0");
  createServiceMetrics(registry).onServerStart(() => ({ connections: 0, calls: 0, watches: 0 }));
  createGatewayMetrics(registry);
  const labelsByName = new Map(registry.descriptions().map(({ name, labels }) => [name, labels]));
  const known = new Map<string, readonly string[]>([["up", []]]);
  for (const { name, type, values } of await registry.snapshot()) {
    const labels = labelsByName.get(name) ?? values.flatMap((sample) => Object.keys(sample.labels));
    const suffixes = type === "histogram" || type === "summary" ? ["_bucket", "_sum", "_count"] : [""];
    for (const suffix of suffixes)
      known.set(name + suffix, suffix === "_bucket" ? [...labels, "le"] : labels);
  }
  return known;
}
