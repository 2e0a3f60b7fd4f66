import type { MetricsRegistry } from "../../src/metrics/registry.js";

/** Returns the values of a registry by series, such as `http_requests_total{status="200"}`, without buckets. */
export async function samplesOf(registry: MetricsRegistry): Promise<Readonly<Record<string, number>>> {
  const snapshot = await registry.snapshot();
  const samples = snapshot.flatMap(({ name, values }) =>
    values
      .filter(({ labels }) => !("le" in labels))
      .map(
        ({ metricName = name, labels, value }) => [`${metricName}${formatLabels(labels)}`, value] as const,
      ),
  );
  return Object.fromEntries(samples);
}

function formatLabels(labels: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
